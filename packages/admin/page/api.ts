/** Asks the API, at the address of the page itself, and returns the JSON of its response. Throws what it complains of. */
export async function ask<Reply>(
  query: Record<string, string>,
  signal: AbortSignal | null = null,
): Promise<Reply> {
  const headers = { accept: 'application/json' }
  return replyOf(await fetch(addressOf(query), { headers, signal }))
}

/** Sends a change, and returns the JSON of the response. */
export async function send<Reply>(name: string, body: object): Promise<Reply> {
  const response = await fetch(addressOf({ api: name }), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return replyOf(response)
}

/** Yields the lines of a response as they come. Throws what the last one complains of. */
export async function* listen<Line extends { readonly error?: string }>(
  query: Record<string, string>,
  signal?: AbortSignal,
): AsyncGenerator<Line, void> {
  const response = await fetch(addressOf(query), signal ? { signal } : {})
  if (!response.ok || !response.body) await replyOf(response)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const texts = (rest + part.value).split('\n')
    rest = texts.pop() ?? ''
    for (const text of texts) {
      const line = JSON.parse(text) as Line
      if (line.error !== undefined) throw new Error(line.error)
      yield line
    }
  }
}

/** A query alone leads to the path of the page, wherever it is mounted. */
function addressOf(query: Record<string, string>): string {
  return `?${new URLSearchParams(query)}`
}

async function replyOf<Reply>(response: Response): Promise<Reply> {
  const reply = await response.json().catch(() => undefined)
  if (response.ok && reply) return reply
  if (response.status === 404 && !reply?.error)
    throw new Error('You are not signed in as an operator any more. Sign in again.')
  throw new Error(reply?.error ?? `The server responded with ${response.status}.`)
}
