/** The service `task`, with Fastify: reads who signed in at `user`, and writes the tasks. */
import type { RequestListener } from 'node:http'
import forms from '@fastify/formbody'
import type { Session } from '@sojourn/core'
import { csrf, sessions } from '@sojourn/fastify'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Setting } from '../shared/serve.ts'
import { errorBody, type Maker, pageOf, safePage, summaryOf } from '../shared/views.ts'
import { tasksPage } from './views.ts'

/** Returns what `node:http` calls for each request. */
export function createTaskApp({ manager, trustProxy, instance }: Setting): RequestListener {
  const maker: Maker = { service: 'task', framework: 'Fastify', instance }
  const app = fastify({ trustProxy })
  app.setErrorHandler<{ statusCode?: number; status?: number }>((error, _request, reply) => {
    const status = error.status ?? error.statusCode ?? 500
    if (status >= 500) console.error(error)
    return sendError(reply, status)
  })
  app.setNotFoundHandler((_request, reply) => sendError(reply, 404))
  app.get('/healthz', async () => 'OK')
  app.get('/readyz', async (_request, reply) => {
    const status = await manager.ping().then(
      () => 200,
      () => 503,
    )
    return reply.code(status).send(status === 200 ? 'OK' : 'Service Unavailable')
  })
  app.register(forms)
  app.register(
    async (scope) => {
      await scope.register(sessions(manager))
      scope.addHook('preHandler', csrf())
      taskRoutes(scope, maker)
    },
    { prefix: '/task' },
  )
  return (request, response) => void app.ready(() => app.routing(request, response))

  function sendError(reply: FastifyReply, status: number) {
    const page = pageOf(maker, { title: 'Sorry', body: errorBody(status) })
    return reply.code(status).headers(safePage).type('text/html; charset=utf-8').send(page)
  }
}

function taskRoutes(app: FastifyInstance, maker: Maker): void {
  app.get('/', async ({ session }, reply) => {
    const page = pageOf(maker, { title: 'Tasks', session, body: tasksPage(session) })
    return reply.headers(safePage).type('text/html; charset=utf-8').send(page)
  })
  app.get('/session', async ({ session }) => summaryOf(maker, session))
  app.post<{ Body: { task?: string } }>('/add', async ({ session, body }, reply) => {
    await addTask(session, String(body?.task ?? '').slice(0, 80))
    return reply.redirect('/task/', 303)
  })
}

/** `update` is applied to the newest data, so that of two parallel requests none overwrites the other's task. */
async function addTask(session: Session, task: string): Promise<void> {
  await session.update((data) => {
    data.tasks = [...(data.tasks ?? []), task].slice(-50)
  })
}
