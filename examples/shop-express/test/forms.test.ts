import { useDemo } from '@sojourn/example-shop/journey/demo'
import { expect, test } from 'vitest'
import { createApp } from '../app.ts'

const demo = useDemo(createApp)

test('a form that cannot be read is the sender’s mistake', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=no-such' }
  const response = await fetch(`${demo.url}/sign-in`, { method: 'POST', headers, body: 'a=b' })
  expect(response.status).toBe(415)
  expect(await response.text()).toContain('That did not work')
})
