import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionManager,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/express'
import express, { type Express } from 'express'

/** An application that knows who is logged in, and its manager. */
export function createApp(options: Partial<ConfigOptions> = {}): {
  manager: SessionManager
  app: Express
} {
  const store = keyedStore(referenceBackend())
  const manager = createSessionManager(devConfig(randomBytes(32), { store, ...options }))
  const app = express().use(sessions(manager))
  app.get('/me', (req, res) => void res.send(req.session.userId ?? 'nobody'))
  app.post('/logout', (req, res, next) => {
    req.session.destroy().then(() => res.send('out'), next)
  })
  return { manager, app }
}
