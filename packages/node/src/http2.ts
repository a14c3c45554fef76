import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'

/** A request of node:http, or of the compatibility API of node:http2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest

/** A response of node:http, or of the compatibility API of node:http2. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/**
 * Returns a response with the type of HTTP/1. The compatibility API has the same methods, but other overloads. Code
 * that uses this calls `isHttp2` where the two behave differently.
 */
export function asHttp1(response: NodeResponse): ServerResponse {
  return response as ServerResponse
}

/**
 * Returns true for a response of HTTP/2. It has no status message, shows by its stream that it has closed, and checks
 * chunks after it has sent the head.
 */
export function isHttp2(response: NodeResponse): response is Http2ServerResponse {
  return 'stream' in response
}

/** The status and status message of a response; HTTP/2 has no message. */
export type StatusLine = Pick<ServerResponse, 'statusCode'> &
  Partial<Pick<ServerResponse, 'statusMessage'>>

/** Returns the current status line. Does not read the message on HTTP/2, because that emits a warning. */
export function statusOf(response: ServerResponse): StatusLine {
  const { statusCode } = response
  return isHttp2(response) ? { statusCode } : { statusCode, statusMessage: response.statusMessage }
}

/** Returns true if the response can no longer reach its client. */
export function isClosed(response: ServerResponse): boolean {
  return isHttp2(response) ? response.stream.closed : response.closed
}

/** Aborts a response, so that the client does not take what it received for a complete response. */
export function cutOff(response: ServerResponse): void {
  if (isHttp2(response)) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  else response.destroy()
}

/** Makes a response send no trailers, not even later ones: HTTP/2 cannot remove a trailer that was set. */
export function dropTrailers({ stream }: Http2ServerResponse): void {
  const { sendTrailers } = stream
  stream.sendTrailers = () => Reflect.apply(sendTrailers, stream, [{}])
}
