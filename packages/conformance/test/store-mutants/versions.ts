import type { SessionStore } from '@sojourn/core/store'
import type { StoreMutant } from './mutant.ts'

/** Stores that lose the version of the data, or apply changes as if there were no versions. */
export const versionMutants: readonly StoreMutant[] = [
  mutate('opens-without-a-version', 'P2.20 P2.23', (store) => ({
    async open(tokens, offers) {
      const opening = await store.open(tokens, offers)
      if (opening.outcome === 'open') Reflect.deleteProperty(opening.opened.record, 'dataVersion')
      return opening
    },
  })),
]

function mutate(
  name: string,
  breaks: string,
  change: (store: SessionStore) => Partial<SessionStore>,
): StoreMutant {
  return {
    name,
    breaks: breaks.split(' '),
    store: (factory) => (env) => {
      const store = factory(env)
      return { ...store, ...change(store) }
    },
  }
}
