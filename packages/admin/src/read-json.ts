/** The longest body that the API reads, in bytes: a user id may be long. */
const maxBytes = 16_384

/**
 * Returns the fields of a JSON body; none of a body that is too long or no object. Forms of other sites cannot send this
 * content type without being asked by the browser first.
 */
export async function readJson(request: Request): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) return {}
  try {
    const value: unknown = JSON.parse(await readText(request.body))
    return Object.assign(Object.create(null), value)
  } catch {
    return Object.create(null)
  }
}

async function readText(body: Request['body']): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > maxBytes) {
      await reader?.cancel()
      return ''
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
