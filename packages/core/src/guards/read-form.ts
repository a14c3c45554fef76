/** How much of a form is read for its token, in bytes; a larger one carries it in the header. */
const most = 1_048_576

/**
 * The form of a request, of which it reads a copy; `undefined` where there is none: the body is no form, was read
 * already, cannot be parsed, or is above 1 MiB. What is no form is not read, and of what is too large no more than that.
 */
export async function readForm(request: Request): Promise<FormData | undefined> {
  const type = request.headers.get('content-type') ?? ''
  if (!isForm(type) || request.bodyUsed) return undefined
  const bytes = await readAtMost(request.clone().body)
  const form = bytes && new Response(bytes, { headers: { 'content-type': type } }).formData()
  return form?.catch(() => undefined)
}

function isForm(type: string): boolean {
  return /^\s*(multipart\/form-data|application\/x-www-form-urlencoded)\s*(;|$)/i.test(type)
}

async function readAtMost(body: ReadableStream<Uint8Array> | null): Promise<Blob | undefined> {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (reader && length <= most) {
    const { done, value } = await reader.read()
    if (done) return new Blob(chunks)
    chunks.push(value)
    length += value.length
  }
  reader?.cancel().catch(() => undefined) // the handler reads the other copy
  return undefined
}
