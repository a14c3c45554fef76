/** The source files that the pages link to. */
import { join } from 'node:path'
import { sourcesOf } from '@sojourn/example-shop/source'
import type { FastifyInstance } from 'fastify'
import { sendPage } from './send-page.ts'

const findSource = sourcesOf(join(import.meta.dirname, '..'))

export function sourceRoutes(app: FastifyInstance) {
  app.get('/source/:folder/:file', async ({ params }, reply) => {
    const { folder, file } = Object(params)
    const page = await findSource(`${folder}/${file}`)
    return page ? sendPage(reply, () => page) : reply.callNotFound()
  })
}
