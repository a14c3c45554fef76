/** The manifests of Kubernetes as the tests read them. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import ts from 'typescript'
import { parse, parseAllDocuments } from 'yaml'
import { compilerOptions } from '../../../tools/check-docs.ts'

/** Any object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
}

/** A Deployment, or a StatefulSet, whose pods are of the same type. */
export type Workload = Manifest & { readonly spec: NonNullable<IDeployment['spec']> }

/** The container of a workload; each has one. */
export type Container = NonNullable<
  NonNullable<Workload['spec']['template']['spec']>['containers']
>[number]

const require = createRequire(import.meta.url)
const folder = join(import.meta.dirname, '..')

/** Returns the objects in a file. */
export function readManifests(file: string): Manifest[] {
  // 1.1, as kubectl reads it: 0440 is octal.
  const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { version: '1.1' })
  return documents.map((document) => document.toJS())
}

/** What kustomization.yaml has. */
export interface Kustomization {
  readonly resources: readonly string[]
  readonly images: readonly { readonly name: string; readonly newTag: string }[]
  readonly configMapGenerator: readonly {
    readonly name: string
    readonly literals: readonly string[]
  }[]
}

/** Returns kustomization.yaml. */
export function readKustomization(): Kustomization {
  return parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'))
}

/** Returns what the OpenAPI schema of Kubernetes finds wrong with the values of an object. */
export function valueErrors(manifest: Manifest): string[] {
  const group = manifest.apiVersion
  const models: Record<string, new (data: unknown) => { validate(): void }> = require(
    `kubernetes-models/${group}`,
  )
  const Model = models[manifest.kind]
  if (!Model) return [`${group} has no ${manifest.kind}`]
  try {
    new Model(manifest).validate()
    return []
  } catch (error) {
    return [`${manifest.kind} ${manifest.metadata.name}: ${error}`]
  }
}

/**
 * Returns what the types of Kubernetes find wrong: fields that do not exist, which the schema lets pass, and those that are missing. The
 * objects become literals of a module, and TypeScript compiles it.
 */
export function fieldErrors(manifests: readonly Manifest[]): string[] {
  const lines = manifests.map((manifest, index) => {
    const type = `import('kubernetes-models/${manifest.apiVersion}').I${manifest.kind}`
    return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)}`
  })
  const path = join(folder, 'test/manifests.mts')
  const options = {
    ...compilerOptions(),
    exactOptionalPropertyTypes: false,
    types: [], // of this repository none: they would only take time
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (name) => name === path || fileExists(name)
  host.readFile = (name) => (name === path ? lines.join('\n') : readFile(name))
  const program = ts.createProgram([path], options, host)
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
}
