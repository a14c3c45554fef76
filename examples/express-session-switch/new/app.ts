/** The same application after the switch: Sojourn, and beside old servers a bridge to their sessions. */
import { setTimeout as wait } from 'node:timers/promises'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { type Session, sessions } from '@sojourn/express'
import { migrateStore } from '@sojourn/migrate'
import { expressSessionSource } from '@sojourn/migrate/express-session'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import express, { type Express } from 'express'
import { connect, environment } from '../environment.ts'

declare module '@sojourn/core' {
  interface SessionData {
    [key: `value${string}`]: number
  }
}

/** Creates the application. Call `close` when it has served its last request. */
export async function createApp(): Promise<{ app: Express; close: () => Promise<void> }> {
  const client = await connect()
  const { oldSecret, oldName, oldPrefix, prefix, secret, old } = environment
  const from = expressSessionSource({
    client,
    secret: oldSecret,
    name: oldName,
    prefix: oldPrefix,
    userId: (data) => data['passport']?.user,
    oldServers: {
      cookie: { maxAge: 86_400_000 },
      logIn: (data, userId) => {
        data['passport'] = { user: userId }
      },
    },
  })
  const store = migrateStore({
    from,
    to: nodeRedisStore(client, { prefix }),
    keepOld: old === 'keep',
  })
  const manager = createSessionManager(
    defaultConfig(secret, {
      store,
      secure: false, // no HTTPS in front
      cookieName: 'sid',
      storeTimeout: '20s',
      touchInterval: '2s', // so that new cookies count as received, and old ones die, within the time of a test
      rotationGrace: '2s',
    }),
  )
  const app = express()
  app.use(sessions(manager))

  app.post('/log-in/:user', async (req, res) => {
    await req.session.login(req.params.user)
    res.json(answer(req.session))
  })

  app.post('/log-out', async (req, res) => {
    await req.session.destroy()
    res.json({ server: 'new' })
  })

  app.post('/set/:key/:value', async (req, res) => {
    await wait(Number(req.query['ms']))
    req.session.data[`value${req.params.key}`] = Number(req.params.value)
    res.json(answer(req.session))
  })

  app.get('/', async (req, res) => {
    await wait(Number(req.query['ms'] ?? 0))
    res.json(answer(req.session))
  })
  return { app, close: () => manager.close() }
}

/** Returns what a browser is told. What is written into a session that has ended is dropped; `ended` says so. */
function answer({ userId, data, ended }: Session) {
  const values = Object.entries(data).filter(([key]) => key.startsWith('value'))
  return { server: 'new', user: userId, ended, values: Object.fromEntries(values) }
}
