/** The largest form that is read for its token, in bytes. Larger forms must send the token in the header. */
const maxFormBytes = 1_048_576

/**
 * Returns the form in a request's body, or `undefined` if the body is no form, was read already, cannot be parsed or
 * is larger than 1 MiB. Reads a copy, so that the handler can read the body too. Non-form bodies are not read;
 * reading stops above 1 MiB.
 */
export async function readForm(request: Request): Promise<FormData | undefined> {
  const type = request.headers.get('content-type') ?? ''
  if (!isForm(type) || request.bodyUsed) return undefined
  const bytes = await readBytes(request.clone().body)
  const form = bytes && new Response(bytes, { headers: { 'content-type': type } }).formData()
  return form?.catch(() => undefined)
}

function isForm(type: string): boolean {
  return /^\s*(multipart\/form-data|application\/x-www-form-urlencoded)\s*(;|$)/i.test(type)
}

/** Returns all bytes of a body, or `undefined` if there are more than `maxFormBytes`. */
async function readBytes(body: ReadableStream<Uint8Array> | null): Promise<Blob | undefined> {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (reader && length <= maxFormBytes) {
    const { done, value } = await reader.read()
    if (done) return new Blob(chunks)
    chunks.push(value)
    length += value.length
  }
  reader?.cancel().catch(() => undefined) // cancels this copy only
  return undefined
}
