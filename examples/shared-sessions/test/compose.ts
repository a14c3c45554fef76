/** The Compose files as the tests read them. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { parse } from 'yaml'

/** The part of a Compose file that the tests look at. */
export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks?: Readonly<Record<string, Network | null>>
  readonly volumes?: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, Secret>>
}

interface Service {
  readonly image?: string
  readonly build?: {
    readonly context: string
    readonly dockerfile: string
    readonly target: string
  }
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly networks?: readonly string[]
  readonly volumes?: readonly {
    readonly type: string
    readonly source?: string
    readonly target: string
  }[]
  readonly ports?: readonly (string | { readonly target: number })[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly deploy?: {
    readonly resources?: { readonly limits?: { readonly memory?: string } }
    readonly update_config?: { readonly order?: string }
  }
}

interface Network {
  readonly internal?: boolean
  readonly ipam?: { readonly config: readonly { readonly subnet: string }[] }
}

interface Secret {
  readonly file?: string
  readonly external?: boolean
}

export const folder: string = join(import.meta.dirname, '..')

/**
 * Returns files as one, as `docker compose` and `docker stack` merge them: mappings by their keys, everything else by the last.
 * `env` are the variables of the shell.
 */
export function readCompose(names: readonly string[], env: Record<string, string> = {}): Compose {
  const files = names.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return parse(interpolate(text, env), { merge: true })
  })
  return files.reduce(merge)
}

/** Replaces `${NAME:-default}` and `${NAME:?message}`. */
function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_match, name: string, sign, rest: string) => {
    const value = env[name]
    if (value === undefined && sign === '?') throw new Error(`${name} is not set: ${rest}`)
    return value ?? rest
  })
}

function merge(one: unknown, other: unknown): unknown {
  if (!isMapping(one) || !isMapping(other)) return other
  const merged: Record<string, unknown> = { ...one }
  for (const [key, value] of Object.entries(other))
    merged[key] = key in one ? merge(one[key], value) : value
  return merged
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const dclint = createRequire(import.meta.url).resolve('dclint/package.json')
const schemaFile = join(dclint, '../schemas/compose.schema.json')
const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8')) // ajv knows it by another address
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema)

/** Returns what the schema of the Compose Specification, which dclint brings along, finds wrong. */
export function schemaErrors(compose: unknown): string[] {
  validate(compose)
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, ...Object.values(params)].join(' '),
  )
}

/** Returns every name that is used and not defined, and every one that is defined and not used. */
export function danglingNames(compose: Compose): string[] {
  const services = Object.values(compose.services)
  const used = {
    secrets: services.flatMap(({ secrets = [] }) => secrets),
    networks: services.flatMap(({ networks = [] }) => networks),
    volumes: services.flatMap(({ volumes = [] }) => volumes.flatMap(({ source }) => source ?? [])),
  }
  return Object.entries(used).flatMap(([kind, names]) => {
    const defined = Object.keys(compose[kind as keyof typeof used] ?? {})
    const [first, second] = [new Set(names), new Set(defined)]
    return [
      ...[...first]
        .filter((name) => !second.has(name))
        .map((name) => `${kind}: ${name} is not defined`),
      ...[...second]
        .filter((name) => !first.has(name))
        .map((name) => `${kind}: ${name} is not used`),
    ]
  })
}
