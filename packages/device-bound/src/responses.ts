import type { RouteResponse } from '@sojourn/core'
import { challengeField, responseFields } from './header-fields.ts'

type HeaderLine = RouteResponse['headers'][number]

const json: HeaderLine = ['Content-Type', 'application/json']

/** What a browser is told of a device binding. */
export interface Instructions {
  readonly id: string
  readonly refreshPath: string
  readonly cookie: { readonly name: string; readonly attributes: string }
  /** What the next proof has to sign, so that the next refresh takes one request instead of two. */
  readonly challenge: string
}

/** Returns the response to a proof: where to refresh, and of which cookie a request must wait for that. */
export function instruct({ id, refreshPath, cookie, challenge }: Instructions): RouteResponse {
  const instructions = {
    session_identifier: id,
    refresh_url: refreshPath,
    scope: { include_site: false },
    credentials: [{ type: 'cookie', name: cookie.name, attributes: cookie.attributes }],
  }
  return {
    status: 200,
    headers: [json, challengeLine(challenge, id)],
    body: JSON.stringify(instructions),
  }
}

/** Returns the response to a refresh without a proof, or with an outdated one: browsers sign the challenge and come again. */
export function demandProof(challenge: string, id: string): RouteResponse {
  return { status: 403, headers: [challengeLine(challenge, id)], body: undefined }
}

/** Returns the response that ends a device binding in the browser. */
export function discontinue(id: string): RouteResponse {
  const body = JSON.stringify({ session_identifier: id, continue: false })
  return { status: 200, headers: [json], body }
}

/**
 * Returns a refusal, after which the browser has no device binding. 400: the proof is none of this session. 401: there is no
 * session. 404: the session has no device binding of this id. Never 403, which Chromium repeats up to four times.
 */
export function refusal(status: 400 | 401 | 404): RouteResponse {
  return { status, headers: [], body: undefined }
}

function challengeLine(challenge: string, id: string): HeaderLine {
  return [responseFields.challenge, challengeField(challenge, id)]
}
