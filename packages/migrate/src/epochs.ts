import type { SessionStore, StoreEpochs } from '@sojourn/core/store'

/**
 * Returns the epochs of a migration, over both stores; `undefined` if one of them has none. They share what they know, and
 * each gets what only the other one had, so that `revokeEverybody` before, during and after the migration reaches the
 * sessions of both.
 */
export function createEpochs({ epochs: from }: SessionStore, { epochs: to }: SessionStore) {
  if (!from || !to) return undefined
  const publish = async () => void (await Promise.all([from.publish(), to.publish()]))
  const sync = async () => {
    await Promise.all([from.sync(), to.sync()])
    await publish()
  }
  const epochs: StoreEpochs = {
    sync,
    async reread() {
      await Promise.all([from.reread(), to.reread()])
      await publish()
    },
    // In the direction in which sessions move, so that none is in neither when its turn comes.
    async renew() {
      await sync()
      await from.renew()
      await to.publish()
    },
    publish,
  }
  return epochs
}
