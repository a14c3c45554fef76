import { type StoreInspection, TextSet } from '@sojourn/core/store'
import type { Migration } from './context.ts'

/**
 * Returns the `inspection` of a migration, over both stores; `undefined` if one of them has none. `from` comes first, so that
 * a session that is moving is seen; and only once, because those of `from` are remembered.
 */
export function createInspection({ from, to }: Migration): StoreInspection | undefined {
  const [fromInspection, toInspection] = [from.inspection, to.inspection]
  if (!fromInspection || !toInspection) return undefined

  return {
    async *scan(signal) {
      const seen = new TextSet()
      for (const inspection of [fromInspection, toInspection])
        for await (const found of inspection.scan(signal))
          if (found === 'unreadable' || seen.add(found.record.id)) yield found
    },
    async find(id) {
      const found = await toInspection.find(id)
      return found ?? (await fromInspection.find(id))
    },
  }
}
