import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'

/** A request of node:http, or one of node:http2 by its compatibility API. */
export type NodeRequest = IncomingMessage | Http2ServerRequest

/** A response of node:http, or one of node:http2 by its compatibility API. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/**
 * A response as one of HTTP/1. The compatibility API has the same methods; only their overloads differ. Whoever goes
 * by this asks `isHttp2` where the two behave differently.
 */
export function asHttp1(response: NodeResponse): ServerResponse {
  return response as ServerResponse
}

/** Whether a response is one of HTTP/2: it has no status message, says otherwise that it has closed, and checks late. */
export function isHttp2(response: NodeResponse): response is Http2ServerResponse {
  return 'stream' in response
}

/** Status and message of a response. */
export type StatusLine = Pick<ServerResponse, 'statusCode'> &
  Partial<Pick<ServerResponse, 'statusMessage'>>

/** The status line as it stands. HTTP/2 has no message, and warns who asks for one. */
export function statusOf(response: ServerResponse): StatusLine {
  const { statusCode } = response
  return isHttp2(response) ? { statusCode } : { statusCode, statusMessage: response.statusMessage }
}

/** Whether nobody hears a response any more. */
export function isClosed(response: ServerResponse): boolean {
  return isHttp2(response) ? response.stream.closed : response.closed
}

/** Ends a response in the midst, so that the client cannot take it for whole. */
export function cutOff(response: ServerResponse): void {
  if (isHttp2(response)) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  else response.destroy()
}

/** Has no trailers leave that were set so far, nor any later: HTTP/2 has no way to take one back. */
export function dropTrailers({ stream }: Http2ServerResponse): void {
  const { sendTrailers } = stream
  stream.sendTrailers = () => Reflect.apply(sendTrailers, stream, [{}])
}
