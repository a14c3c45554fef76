import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import type { BackendSuiteOptions } from '../backend-suite.ts'
import { importSubject, type OpenShared } from '../processes.ts'

/** What a tested module exports: the options of `backendSuite`, and how processes share a database. */
export type Subject = BackendSuiteOptions & { readonly openShared?: OpenShared }

/** Why a module cannot be tested, and what it needs. */
export class SubjectError extends Error {
  override readonly name = 'SubjectError'
}

const shape = 'export const open = () => myBackend()'

/**
 * Imports the module and returns its exports if `open` is one, or else its default export. A function counts as `open`.
 * @throws SubjectError if it cannot be imported, or says nothing of how a backend is opened.
 */
export async function loadSubject(file: string): Promise<Subject> {
  const module = pathToFileURL(resolve(file))
  const exported = await importModule(file, module.href)
  const subject: unknown = typeof exported === 'function' ? { open: exported } : exported
  if (!isSubject(subject))
    throw new SubjectError(`${file} does not say how a backend is opened. Write: ${shape}`)
  return subject.openShared ? { processes: { module }, ...subject } : subject
}

function isSubject(value: unknown): value is Subject {
  return typeof (value as Subject | undefined)?.open === 'function'
}

async function importModule(file: string, url: string): Promise<unknown> {
  try {
    return await importSubject(url)
  } catch (error) {
    const { code = '', message = String(error) }: NodeJS.ErrnoException = Object(error)
    if (!code.startsWith?.('ERR_'))
      throw new SubjectError(`${file} throws when it is imported: ${inspect(error)}`, {
        cause: error,
      })
    const remedy =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'To run TypeScript on this version of Node, set NODE_OPTIONS=--import=tsx'
        : 'Give the path of a module that Node can import'
    throw new SubjectError(`${file} cannot be imported: ${message}\n${remedy}.`, { cause: error })
  }
}
