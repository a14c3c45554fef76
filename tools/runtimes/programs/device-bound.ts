import { generateKeyPairSync, sign } from 'node:crypto'
import { createJar } from '@sojourn/conformance/testing'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { deviceBound } from '@sojourn/device-bound'
import { memoryStore } from '@sojourn/store-memory'
import { sessions } from '@sojourn/web'
import { pageOf, secret } from './page.ts'
import { check } from './round-trip.ts'

const origin = 'https://localhost'

/** A browser is offered to register a key at its login, and its registration is accepted. */
export async function prove(): Promise<void> {
  const options = { store: memoryStore(), deviceBound: deviceBound() }
  const withSession = sessions(createSessionManager(defaultConfig(secret, options)))
  const jar = createJar()
  const send = async (path: string, more: Record<string, string> = {}): Promise<Response> => {
    const cookie = jar.header ?? ''
    const headers = { origin, 'sec-fetch-site': 'same-origin', ...more, ...(cookie && { cookie }) }
    const request = new Request(new URL(path, origin), { method: 'POST', headers })
    const response = await withSession(request, async (session) =>
      Response.json(await pageOf(session, path)),
    )
    jar.take(response.headers.getSetCookie())
    return response
  }
  const offer = (await send('/log-in')).headers.get('secure-session-registration') ?? ''
  const [, challenge = ''] = /challenge="([^"]+)"/.exec(offer) ?? []
  const proof = prove256(challenge)
  const registered = await send('/session/device', { 'secure-session-response': `"${proof}"` })
  check('The registration', 200, registered.status)
  check('The page of a bound session', '{"user":"ada","notes":0}', await (await send('/')).text())
}

/** Returns the proof by which a browser registers a new key. */
function prove256(challenge: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const header = { alg: 'ES256', typ: 'dbsc+jwt', jwk: publicKey.export({ format: 'jwk' }) }
  const signed = [header, { jti: challenge }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}
