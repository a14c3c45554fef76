/** The source files that the pages link to. */
import { join } from 'node:path'
import Router from '@koa/router'
import { sourcesOf } from '@sojourn/example-shop/source'
import type { Context, Next } from 'koa'
import { sendPage } from './send-page.ts'

const findSource = sourcesOf(join(import.meta.dirname, '..'))

export function sourceRoutes() {
  return new Router().get('/source/:folder/:file', show).routes()
}

async function show(ctx: Context, next: Next) {
  const { folder, file } = ctx['params']
  const page = await findSource(`${folder}/${file}`)
  if (!page) return next()
  sendPage(ctx, () => page)
}
