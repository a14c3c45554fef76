import { equal, match } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { ResponseSpec, Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'
import { put } from '../visitor.ts'

const responses: readonly ResponseSpec[] = [
  { kind: 'json', body: { fine: true } },
  { kind: 'text', body: 'fine' },
  { kind: 'redirect', to: '/elsewhere' },
  { kind: 'empty', status: 204 },
  { kind: 'stream', chunks: ['one', 'two', 'three'] },
  { kind: 'events', events: ['one', 'two'] },
  { kind: 'error', error: Object.assign(new Error('boom'), { status: 418 }) },
]

const bodies: Readonly<Record<ResponseSpec['kind'], RegExp>> = {
  json: /^\{"fine":true\}$/,
  text: /^fine$/,
  redirect: /^/,
  empty: /^$/,
  stream: /^onetwothree$/,
  events: /one[\s\S]*two/,
  error: /^/,
}

const statuses: Readonly<Record<ResponseSpec['kind'], number>> = {
  json: 200,
  text: 200,
  redirect: 302,
  empty: 204,
  stream: 200,
  events: 200,
  error: 418,
}

const changing = (response: ResponseSpec): Route => ({
  path: '/change',
  handle: ({ session }) => session && put({ n: 1 })(session),
  response,
})
const seen: Route = {
  path: '/seen',
  handle: ({ session }) => session?.flash.add('seen', session.data['n'] ?? 'nothing'),
  response: { kind: 'text', body: '' },
}

/** H1 and H2: the commit has finished before the first byte leaves, for every kind of response. */
export const firstByte: readonly BindingCase[] = responses.flatMap(
  (response, index): BindingCase[] => [
    {
      id: `H1.${index + 1}`,
      title: `no byte of a response by ${response.kind} leaves before the commit, and then all of it does`,
      async run(fixture) {
        const { request, control } = await fixture.serve([changing(response)])
        const held = control.hold()
        let hasArrived = false
        const reply = request('/change').finally(() => {
          hasArrived = true
        })
        await Promise.race([held.reached, reply])
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
        equal(hasArrived, false, 'the response left before the store had answered')
        held.release()
        const { status, body, setCookies } = await reply
        deepEqual([status, setCookies.length], [statuses[response.kind], 1])
        match(body, bodies[response.kind])
      },
    },
    {
      id: `H2.${index + 1}`,
      title: `a failed commit lets nothing of a response by ${response.kind} leave: 503, Retry-After, no cookie`,
      async run(fixture) {
        const { request, control } = await fixture.serve([changing(response), seen])
        control.fail()
        const { status, headers, setCookies, body } = await request('/change')
        deepEqual([status, headers.get('retry-after'), setCookies.length], [503, '1', 0])
        equal(/fine|onetwo|data: one/.test(body), false, body)
        equal(headers.get('location'), null)
      },
    },
  ],
)
