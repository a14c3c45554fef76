/** The programs that need no server of their own, on workerd, which takes one module: requests are handed to the application. */
import * as core from './core.ts'
import * as hono from './hono.ts'
import { outcomeOf } from './outcome.ts'
import * as cookie from './store-cookie.ts'
import * as memory from './store-memory.ts'
import * as web from './web.ts'

const programs = { core, hono, web, 'store-memory': memory, 'store-cookie': cookie }

// biome-ignore lint/style/noDefaultExport: workerd runs what a module exports by default
export default {
  async test() {
    for (const [name, { prove }] of Object.entries(programs))
      console.log(`result ${JSON.stringify(await outcomeOf(name, prove))}`)
  },
}
