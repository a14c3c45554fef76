import {
  type BackendSuiteOptions,
  type Entries,
  type ReferenceRules,
  referenceBackend,
} from '@sojourn/conformance/backend'
import type { SessionBackend } from '@sojourn/core/store'

/** A backend that is wrong in one way, and exactly the cases that must fail on it. */
export interface Mutant extends BackendSuiteOptions {
  readonly name: string
  /** Ids and ranges of ids, such as `B2.1 B5.1-10`. */
  readonly breaks: string
}

/** What a mutant is built from. */
export interface MutantContext {
  /** The reference backend over `entries`. */
  readonly reference: SessionBackend
  readonly entries: Entries
  readonly step: () => Promise<void>
}

/** Returns the reference with changed rules. */
export function breakRules(
  name: string,
  { breaks, ...rules }: Partial<ReferenceRules> & { breaks: string },
): Mutant {
  return {
    name,
    breaks,
    realTimeMs: false,
    open: ({ step }) => referenceBackend({ step, rules }),
  }
}

/** Returns the reference with changed operations. */
export function breakOperations(
  name: string,
  { breaks, make }: { breaks: string; make(parts: MutantContext): Partial<SessionBackend> },
): Mutant {
  return {
    name,
    breaks,
    realTimeMs: false,
    timeoutMs: 20_000, // those that hang are waited for
    open({ step }) {
      const entries: Entries = new Map()
      const reference = referenceBackend({ step, entries })
      return { ...reference, ...make({ reference, entries, step }) }
    },
  }
}

/** Returns the ids in a mutant's `breaks`. */
export function casesIn(breaks: string): string[] {
  return breaks.split(' ').flatMap((word) => {
    const [, clause, first, last = first] = /^(B\d)\.(\d+)(?:-(\d+))?$/.exec(word) ?? []
    const count = Number(last) - Number(first) + 1
    return Array.from({ length: count }, (_, index) => `${clause}.${Number(first) + index}`)
  })
}
