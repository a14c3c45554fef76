/** The source files that the pages link to. */
import { join } from 'node:path'
import { sourcesOf } from '@sojourn/example-shop/source'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { sendPage } from './send-page.ts'

const findSource = sourcesOf(join(import.meta.dirname, '..'))

export const sourceRoutes: Router = Router().get('/source/:folder/:file', show)

async function show(req: Request, res: Response, next: NextFunction) {
  const { folder, file } = req.params
  const page = await findSource(`${folder}/${file}`)
  if (!page) return next()
  sendPage(req, res, () => page)
}
