import { deepEqual, equal, match } from 'node:assert/strict'
import type { Answer, BindingCase, Route } from '../binding-fixture.ts'
import { put } from '../visitor.ts'

const answers: readonly Answer[] = [
  { kind: 'json', body: { fine: true } },
  { kind: 'text', body: 'fine' },
  { kind: 'redirect', to: '/elsewhere' },
  { kind: 'empty', status: 204 },
  { kind: 'stream', chunks: ['one', 'two', 'three'] },
  { kind: 'events', events: ['one', 'two'] },
  { kind: 'error', error: Object.assign(new Error('boom'), { status: 418 }) },
]

const bodies: Readonly<Record<Answer['kind'], RegExp>> = {
  json: /^\{"fine":true\}$/,
  text: /^fine$/,
  redirect: /^/,
  empty: /^$/,
  stream: /^onetwothree$/,
  events: /one[\s\S]*two/,
  error: /^/,
}

const statuses: Readonly<Record<Answer['kind'], number>> = {
  json: 200,
  text: 200,
  redirect: 302,
  empty: 204,
  stream: 200,
  events: 200,
  error: 418,
}

const changing = (answer: Answer): Route => ({
  path: '/change',
  act: ({ session }) => session && put({ n: 1 })(session),
  answer,
})
const seen: Route = {
  path: '/seen',
  act: ({ session }) => session?.flash.add('seen', session.data['n'] ?? 'nothing'),
  answer: { kind: 'text', body: '' },
}

/** H1: the commit has finished before the first byte leaves, however it leaves. */
export const firstByte: readonly BindingCase[] = answers.flatMap((answer, index): BindingCase[] => [
  {
    id: `H1.${index + 1}`,
    title: `no byte of a response by ${answer.kind} leaves before the commit, and then all of it does`,
    async run(fixture) {
      const { ask, control } = await fixture.serve([changing(answer)])
      const held = control.hold()
      let hasArrived = false
      const asked = ask('/change').finally(() => {
        hasArrived = true
      })
      await Promise.race([held.reached, asked])
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      equal(hasArrived, false, 'the response left before the store had answered')
      held.release()
      const { status, body, setCookies } = await asked
      deepEqual([status, setCookies.length], [statuses[answer.kind], 1])
      match(body, bodies[answer.kind])
    },
  },
  {
    id: `H2.${index + 1}`,
    title: `a failed commit lets nothing of a response by ${answer.kind} leave: 503, Retry-After, no cookie`,
    async run(fixture) {
      const { ask, control } = await fixture.serve([changing(answer), seen])
      control.fail()
      const { status, headers, setCookies, body } = await ask('/change')
      deepEqual([status, headers.get('retry-after'), setCookies.length], [503, '1', 0])
      equal(/fine|onetwo|data: one/.test(body), false, body)
      equal(headers.get('location'), null)
    },
  },
])
