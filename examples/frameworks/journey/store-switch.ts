/** Takes the store of an application down: see `shopStore` of the shop. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface StoreSwitch {
  /** The value of STORE_DOWN. */
  readonly file: string
  /** Calls `act` while the store is down. */
  whileDown(act: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

export async function createStoreSwitch(): Promise<StoreSwitch> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-store-'))
  const file = join(folder, 'down')
  return {
    file,
    async whileDown(act) {
      await writeFile(file, '')
      try {
        await act()
      } finally {
        await rm(file)
      }
    },
    close: () => rm(folder, { recursive: true }),
  }
}
