/**
 * Returns a copy of a response. Its headers can be changed, and are on no other response.
 *
 * @hono/node-server puts a light object in place of a Response, and sends a text in it at once. To ask that object for its
 * body makes a stream and two responses of the platform, which is more than half of what a visitor's first write costs. So
 * a text is copied as a text.
 */
export function copyResponse(response: Response): Response {
  const text = textOfLightResponse(response)
  if (text === undefined) return new Response(response.body, response)
  const headers = new Headers(response.headers)
  // As a Response of the platform has it for a text; the light object leaves it to the server.
  if (!headers.has('content-type')) headers.set('Content-Type', 'text/plain;charset=UTF-8')
  return new Response(text, { status: response.status, headers })
}

/**
 * Returns the body of a light response, if it is a text that nothing has read. The object keeps it beside its status under
 * a symbol: `[status, body, headers]`. Anything else is copied as the platform does.
 */
function textOfLightResponse(response: Response): string | undefined {
  for (const symbol of Object.getOwnPropertySymbols(response)) {
    if (symbol.description !== 'cache') continue
    const cache: unknown = Reflect.get(response, symbol)
    if (!Array.isArray(cache) || cache[0] !== response.status) continue
    if (typeof cache[1] === 'string') return cache[1]
  }
  return undefined
}
