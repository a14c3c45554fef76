// The doors of the house: everything points at core, core at nothing; bindings and stores never meet.

export interface Door {
  /** What src may import and the manifest may depend on, beside node: builtins. */
  src: string[]
  /** What src may name only in an `import type`. */
  types?: string[]
  /** What test may import as well, and devDependencies may name. */
  test: string[]
}

export const doors: Record<string, Door> = {
  '@sojourn/core': {
    src: [],
    test: [],
  },
  '@sojourn/store-memory': {
    src: ['@sojourn/core'],
    test: ['@sojourn/conformance'],
  },
  '@sojourn/conformance': {
    src: [],
    types: ['@sojourn/core', 'fast-check'],
    test: ['@sojourn/core'],
  },
  '@sojourn/node': {
    src: ['@sojourn/core'],
    test: ['@sojourn/conformance'],
  },
  '@sojourn/express': {
    src: ['@sojourn/core', '@sojourn/node', 'express'],
    test: ['@sojourn/conformance', 'compression', 'express4', 'playwright-core'],
  },
}

export const testTools = ['vitest', 'fast-check']
