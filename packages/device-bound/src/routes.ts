import type {
  BindingRefusal,
  DeviceAlgorithm,
  DeviceBinding,
  DeviceExchange,
  RouteResponse,
} from '@sojourn/core'
import { readText, requestFields } from './header-fields.ts'
import { isSignedBy, keyOfRegistration, maxProofLength, type Proof, parseProof } from './proof.ts'
import { demandProof, discontinue, instruct, refusal } from './responses.ts'

const maxIdLength = 256
const quotes = 2

/** What the routes have from the options. */
export interface RouteSettings {
  readonly algorithms: readonly DeviceAlgorithm[]
  readonly refreshPath: string
}

/** Responds to a browser that registers a key. */
export async function register(
  exchange: DeviceExchange,
  settings: RouteSettings,
): Promise<RouteResponse> {
  if (exchange.session === 'over') return refusal(401)
  const proof = readProof(exchange)
  if (proof === 'absent' || proof === 'malformed') return refuse(exchange, 'proof', 400)
  const key = keyOfRegistration(proof, settings.algorithms)
  if (!key) return refuse(exchange, 'key', 400)
  if (!exchange.checkChallenge(proof.challenge)) return refuse(exchange, 'challenge', 400)
  if (!(await isSignedBy(proof, key))) return refuse(exchange, 'proof', 400)
  const binding = await exchange.bind({ ...key, challenge: proof.challenge })
  return binding ? proceed(exchange, binding, settings) : refuse(exchange, 'challenge', 400)
}

/** Responds to a browser that proves that it still has the key. The key and its algorithm are those of the session alone. */
export async function refresh(
  exchange: DeviceExchange,
  settings: RouteSettings,
): Promise<RouteResponse> {
  const { request, session } = exchange
  const id = readText(request.header(requestFields.id), maxIdLength + quotes)
  if (id === undefined) return refuse(exchange, 'identifier', 400)
  if (session === 'over') return discontinue(id)
  const { binding } = session
  if (binding?.id !== id) return refuse(exchange, 'identifier', 404)
  const proof = readProof(exchange)
  if (proof === 'absent') return demandProof(exchange.newChallenge(), id)
  if (proof === 'malformed') return refuse(exchange, 'proof', 400)
  if (Object.hasOwn(proof.header, 'jwk')) return refuse(exchange, 'key', 400)
  if (!(await isSignedBy(proof, binding))) return refuse(exchange, 'proof', 400)
  // No refusal: a challenge ages in every laptop that sleeps. The browser signs another one.
  if (!exchange.checkChallenge(proof.challenge)) return demandProof(exchange.newChallenge(), id)
  await exchange.prove(proof.challenge)
  return proceed(exchange, binding, settings)
}

function readProof({ request }: DeviceExchange): Proof | 'absent' | 'malformed' {
  const field = request.header(requestFields.proof)
  if (field === undefined) return 'absent'
  const text = readText(field, maxProofLength + quotes)
  return (text !== undefined && parseProof(text)) || 'malformed'
}

function proceed(
  exchange: DeviceExchange,
  { id }: DeviceBinding,
  { refreshPath }: RouteSettings,
): RouteResponse {
  const challenge = exchange.newChallenge()
  return instruct({ id, refreshPath, cookie: exchange.boundCookie, challenge })
}

function refuse(
  exchange: DeviceExchange,
  reason: BindingRefusal,
  status: 400 | 404,
): RouteResponse {
  exchange.refuse(reason)
  return refusal(status)
}
