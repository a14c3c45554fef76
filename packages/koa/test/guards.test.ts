import { requireSession, sessions } from '@sojourn/koa'
import type { Context } from 'koa'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { frameworks, makeApp, makeManager } from './support.ts'

// What every binding's guards do is asked by the binding suite; this is Koa's own.
describe.each(frameworks)('%s', (_name, make) => {
  test('whoever may not pass is led to where a function of the context says, with the session kept', async () => {
    const { manager } = makeManager()
    const redirectTo = ({ path, session }: Context) => {
      session.flash.add('notice', 'Log in first.')
      return `/login?from=${path}`
    }
    const { listener } = makeApp(make, sessions(manager), requireSession({ redirectTo }))
    const { headers } = await request(listener).get('/a').expect(303)
    expect(headers['location']).toBe('/login?from=/a')
    expect(headers['set-cookie']).toHaveLength(1)
  })

  test('Koa answers for a guard that fails by the status and its words alone', async () => {
    const { manager } = makeManager()
    const { listener } = makeApp(make, sessions(manager), requireSession())
    await request(listener).get('/').expect(401, 'Unauthorized')
  })
})
