import type { PageFile } from './page-files.ts'

/** Nothing but the page's own two files, and requests to where it came from. No frame, no form, no inline code. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const securityHeaders = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Robots-Tag': 'noindex, nofollow',
} as const

function respond(
  body: string | ReadableStream<Uint8Array>,
  { type, status = 200, cache = 'no-store' }: { type: string; status?: number; cache?: string },
): Response {
  return new Response(body, {
    status,
    headers: { ...securityHeaders, 'Content-Type': type, 'Cache-Control': cache },
  })
}

export function json(value: unknown, status = 200): Response {
  return respond(JSON.stringify(value), { type: 'application/json', status })
}

export function html(text: string): Response {
  return respond(text, { type: 'text/html; charset=utf-8' })
}

/** What strangers get: the same as if there were no page here. */
export function notFound(): Response {
  return respond('Not Found', { type: 'text/plain; charset=utf-8', status: 404 })
}

/**
 * A file of the page; it holds nothing of any session. A browser may keep it if its address has its own hash: while a release
 * is deployed, the hash may be that of another one's file.
 */
export function file({ text, type, hash }: PageFile, asked: string | null): Response {
  return respond(text, {
    type: `${type}; charset=utf-8`,
    ...(asked === hash ? { cache: 'private, max-age=31536000, immutable' } : {}),
  })
}

/** The same response without its body, for HEAD. */
export function withoutBody({ status, headers, body }: Response): Response {
  body?.cancel().catch(() => undefined)
  return new Response(null, { status, headers })
}

/**
 * A response of one JSON value per line, as they come. Lines are made as fast as the client reads. Once it has left, the
 * signal is aborted, which `source` must heed: it may be waiting for its next line. An error becomes the last line, as
 * `explainError` words it.
 */
export function lines<Line>(
  source: (signal: AbortSignal) => AsyncGenerator<Line, void>,
  explainError: (error: unknown) => string,
): Response {
  const encoder = new TextEncoder()
  const left = new AbortController()
  const made = source(left.signal)
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const write = (line: unknown) =>
        controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
      try {
        const next = await made.next()
        if (left.signal.aborted) return
        if (next.done) controller.close()
        else write(next.value)
      } catch (error) {
        if (left.signal.aborted) return
        write({ error: explainError(error) })
        controller.close()
      }
    },
    async cancel() {
      left.abort()
      await made.return()
    },
  })
  return respond(body, { type: 'application/x-ndjson' })
}
