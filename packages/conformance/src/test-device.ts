import type { DeviceExchange, DeviceProtocol, RouteResponse } from '@sojourn/core'

/*
 * A protocol of device bindings for the cases, with real keys (ES256) and few messages. That of browsers has a package of its own
 * and its own tests: what is tested here is what core, stores and bindings make of any protocol.
 *
 * | message           | request                                   | response                                 |
 * |-------------------|-------------------------------------------|------------------------------------------|
 * | offer             |                                           | `Test-Registration: <challenge>`         |
 * | POST /device      | `Test-Proof: <challenge> <key> <signature>` | 200 `{ id, challenge, name, attributes }` |
 * | POST /device/next | `Test-Binding: <id>`, and perhaps a proof | the same, or 403 `{ challenge }`         |
 * | over              |                                           | 401, or 200 `{ over: true }`             |
 */

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const

/** The terms of the protocol, in ms. */
export type TestDeviceTerms = Partial<Pick<DeviceProtocol, 'lifetime' | 'policy' | 'skipTolerance'>>

/** Returns the protocol, for the option `deviceBound`: bound cookies of 8 minutes, `'reject'`, a tolerance of 10 minutes. */
export function testDeviceProtocol(terms: TestDeviceTerms = {}): DeviceProtocol {
  return {
    lifetime: 8 * 60_000,
    policy: 'reject',
    skipTolerance: 10 * 60_000,
    ...terms,
    paths: ['/device', '/device/next'],
    routeOf: (path) =>
      path === '/device' ? 'register' : path === '/device/next' ? 'refresh' : undefined,
    offer: (challenge) => ['Test-Registration', challenge],
    skips(request, id) {
      const skipped = request.header('test-skipped')
      return skipped !== undefined && (id === undefined || skipped === id)
    },
    respond: (route, exchange) => (route === 'register' ? register(exchange) : refresh(exchange)),
  }
}

async function register(exchange: DeviceExchange): Promise<RouteResponse> {
  if (exchange.session === 'over') return responseOf(401)
  const proof = readProof(exchange)
  if (!proof || !(await isSignedBy(proof.key, proof))) return refuse(exchange, 'proof')
  if (!exchange.checkChallenge(proof.challenge)) return refuse(exchange, 'challenge')
  const key = { key: proof.key, algorithm: 'ES256', challenge: proof.challenge } as const
  const binding = await exchange.bind(key)
  return binding ? granted(exchange, binding.id) : refuse(exchange, 'challenge')
}

async function refresh(exchange: DeviceExchange): Promise<RouteResponse> {
  if (exchange.session === 'over') return responseOf(200, { over: true })
  const { binding } = exchange.session
  const id = exchange.request.header('test-binding')
  if (!binding || binding.id !== id) return refuse(exchange, 'identifier')
  const proof = readProof(exchange)
  if (!proof) return responseOf(403, { challenge: exchange.newChallenge() })
  if (!exchange.checkChallenge(proof.challenge)) {
    exchange.refuse('challenge')
    return responseOf(403, { challenge: exchange.newChallenge() })
  }
  if (!(await isSignedBy(binding.key, proof))) return refuse(exchange, 'proof')
  await exchange.prove(proof.challenge)
  return granted(exchange, binding.id)
}

interface Proof {
  readonly challenge: string
  /** The JSON of a JWK. */
  readonly key: string
  readonly signature: string
}

function readProof({ request }: DeviceExchange): Proof | undefined {
  const [challenge, key, signature] = (request.header('test-proof') ?? '').split(' ')
  if (challenge === undefined || key === undefined || signature === undefined) return undefined
  return { challenge, key: Buffer.from(key, 'base64url').toString(), signature }
}

async function isSignedBy(key: string, { challenge, signature }: Proof): Promise<boolean> {
  const jwk = JSON.parse(key)
  const imported = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])
  const bytes = Buffer.from(signature, 'base64url')
  return crypto.subtle.verify(signing, imported, bytes, Buffer.from(challenge))
}

function granted(exchange: DeviceExchange, id: string): RouteResponse {
  return responseOf(200, { id, challenge: exchange.newChallenge(), ...exchange.boundCookie })
}

function refuse(
  exchange: DeviceExchange,
  reason: 'proof' | 'challenge' | 'identifier',
): RouteResponse {
  exchange.refuse(reason)
  return responseOf(reason === 'identifier' ? 404 : 400)
}

function responseOf(status: number, body?: object): RouteResponse {
  return body
    ? { status, headers: [['Content-Type', 'application/json']], body: JSON.stringify(body) }
    : { status, headers: [], body: undefined }
}

/** The side of the browser: a key, and what the server has said of it. */
export class TestDevice {
  /** The id of the device binding, once the server has told it. */
  id = ''
  /** The challenge for the next proof. */
  challenge = ''
  readonly #keys = crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

  /** Returns the headers of a registration. */
  async registration(challenge: string): Promise<Record<string, string>> {
    return { 'test-proof': await this.#proofOf(challenge) }
  }

  /** Returns the headers of a refresh, with a proof of a challenge, by default of the last one; with `''` without a proof. */
  async refresh(challenge = this.challenge): Promise<Record<string, string>> {
    const proof = challenge === '' ? {} : { 'test-proof': await this.#proofOf(challenge) }
    return { 'test-binding': this.id, ...proof }
  }

  /** Takes over what a response says. */
  learn(body: string): void {
    const { id = this.id, challenge = this.challenge } = JSON.parse(body)
    this.id = id
    this.challenge = challenge
  }

  async #proofOf(challenge: string): Promise<string> {
    const { publicKey, privateKey } = await this.#keys
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
    const signature = await crypto.subtle.sign(signing, privateKey, Buffer.from(challenge))
    const key = Buffer.from(JSON.stringify({ kty, crv, x, y })).toString('base64url')
    return `${challenge} ${key} ${Buffer.from(signature).toString('base64url')}`
  }
}
