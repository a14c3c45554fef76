/** The source files that the pages link to. */
import { join } from 'node:path'
import { sourcesOf } from '@sojourn/example-shop/source'
import { Hono } from 'hono'
import type { ShopEnv } from '../env.ts'
import { sendPage } from './send-page.ts'

const findSource = sourcesOf(join(import.meta.dirname, '..'))

export function sourceRoutes() {
  return new Hono<ShopEnv>().get('/source/:folder/:file', async (c) => {
    const { folder, file } = c.req.param()
    const page = await findSource(`${folder}/${file}`)
    return page ? sendPage(c, () => page) : c.notFound()
  })
}
