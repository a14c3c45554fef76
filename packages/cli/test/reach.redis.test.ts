import { once } from 'node:events'
import { createServer } from 'node:net'
import { makeCertificates, sharedServers, startStandalone } from '@sojourn/redis-lab'
import { describe, expect, test } from 'vitest'
import { startPatient } from './doctor/lab.ts'
import { sojourn, writeTemporary } from './support.ts'

const { standalone, secure } = sharedServers()
const caFile = writeTemporary('ca.pem', secure.ca)
const { ca: otherCa } = await makeCertificates()

/** Runs `doctor`, and returns its status and what it says, in one line. */
async function doctor(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = await sojourn(['doctor', ...args], env)
  expect(stdout).toBe('')
  return { status, text: stderr.replace(/\s+/g, ' ') }
}

describe('what cannot be reached: exit status 3, and what to do', () => {
  const plain = `127.0.0.1:${standalone.port}`
  const tls = `127.0.0.1:${secure.port}`

  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      'nothing is there',
      ['redis://127.0.0.1:1'],
      {},
      /127\.0\.0\.1:1 is not there: .* Start Redis/,
    ],
    [
      'the name does not resolve',
      ['redis://redis.invalid'],
      {},
      /redis\.invalid:6379 cannot be found/,
    ],
    [
      'TLS to a port without',
      [`rediss://${plain}`],
      {},
      /does not reply\. .* no TLS, write redis:\/\//,
    ],
    ['no TLS to a port with', [`redis://${tls}`], {}, /rediss:\/\//],
    ['an authority that is not trusted', [`rediss://${tls}`], {}, /not trusted here\. .* --tls-ca/],
    [
      'the certificate of another authority',
      [`rediss://${tls}`, '--tls-ca', writeTemporary('other.pem', otherCa)],
      {},
      /not trusted here/,
    ],
    [
      'a wrong password',
      [`rediss://app@${tls}`, '--tls-ca', caFile],
      { REDIS_PASSWORD: 'wrong-password' },
      /refuses the user or the password/,
    ],
    [
      'no password',
      [`rediss://${tls}`, '--tls-ca', caFile],
      {},
      /wants a password .*--password-file/,
    ],
    [
      'a user without a password',
      [`redis://app@${plain}`],
      {},
      /wants a password of app\. .*REDIS_PASSWORD/,
    ],
    [
      'a password where there is none',
      [`redis://${plain}`],
      { REDIS_PASSWORD: 'wrong-password' },
      /has no password, and one was given/,
    ],
  ])('%s', async (_, args, env, message) => {
    const { status, text } = await doctor(args, env)
    expect(text).toMatch(message)
    expect(text).not.toContain('wrong-password')
    expect(status).toBe(3)
  })
})

test('a server that accepts and says nothing is given up', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = Object(silent.address())
  const { status, text } = await doctor([`redis://127.0.0.1:${port}`])
  expect(status).toBe(3)
  expect(text).toMatch(/does not reply/)
  silent.close()
})

test('a server that wants a certificate of each client', async () => {
  const { doctor: examine, stop } = await startPatient({
    change: (node) => node.command('CONFIG', 'SET', 'tls-auth-clients', 'yes'),
  })
  const { status, stderr } = await examine()
  await stop()
  expect(status).toBe(3)
  expect(stderr).toContain('tls-auth-clients optional')
})

test('JSON has the same', async () => {
  const { status, stdout, stderr } = await sojourn(['doctor', 'redis://127.0.0.1:1', '--json'])
  expect([status, stderr]).toEqual([3, ''])
  expect(JSON.parse(stdout)).toEqual({
    status: 3,
    error: {
      message: '127.0.0.1:1 is not there: the connection is refused.',
      remedy: 'Start Redis, or check host and port.',
    },
  })
})

test('a server that does not have HELLO is asked by INFO', async () => {
  const { address, stop } = await startStandalone(['rename-command HELLO ""'])
  const { stdout } = await sojourn(['doctor', `redis://127.0.0.1:${address.port}`])
  expect(stdout).toMatch(/version +Redis \d+\.\d+/)
  await stop()
})
