// The application of the rehearsal, which is copied into an empty folder. Its sessions are in their cookies, so that they
// outlive the process.
import { createSessionManager, devConfig } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import { cookieStore } from '@sojourn/store-cookie'
import express from 'express'

const { SECRET } = process.env
const manager = createSessionManager(devConfig(SECRET, { store: cookieStore() }))
const app = express().use(sessions(manager))
app.get('/', ({ session }, res) => res.send(session.userId ?? 'a visitor'))
app.post('/log-in', async ({ session }, res) => {
  await session.login('Ada')
  res.send(session.userId)
})
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
