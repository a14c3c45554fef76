import type { ConfigOptions } from '@sojourn/core'
import { logIn } from '@sojourn/core/testing'
import request from 'supertest'
import { describe, test } from 'vitest'
import { createApp } from './users-app.ts'

describe('a user of logIn', () => {
  test.each<[string, Partial<ConfigOptions>]>([
    ['a cookie', {}],
    ['bearer', { tokenIn: 'bearer' }],
    ['a header', { tokenIn: { header: 'X-Session-Token' } }],
  ])('is known to the application through supertest, by %s', async (_title, options) => {
    const { manager, app } = createApp(options)
    const ada = await logIn(manager, 'ada')
    await request(app).get('/me').expect(200, 'nobody')
    await request(app).get('/me').set(ada.headers).expect(200, 'ada')
    await request(app).post('/logout').set(ada.headers).expect(200, 'out')
    await request(app).get('/me').set(ada.headers).expect(200, 'nobody')
  })
})
