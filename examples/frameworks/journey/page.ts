/** Reads a page while it is streamed. */
import { browser } from './visit.ts'

/** A page whose headers have arrived. */
interface StreamedPage {
  readonly headers: Headers
  /** Reads until the text has arrived, or to the end, and returns what was read. */
  until(text: string): Promise<string>
}

/** Requests a page and returns when its headers have arrived. */
export async function begin(url: string, cookie: string): Promise<StreamedPage> {
  const headers = { cookie, 'user-agent': browser }
  const response = await fetch(url, { headers })
  const decoder = new TextDecoder()
  const chunks = response.body?.values()
  return {
    headers: response.headers,
    async until(text) {
      let read = ''
      while (!read.includes(text)) {
        const chunk = await chunks?.next()
        if (!chunk || chunk.done) break
        read += decoder.decode(chunk.value, { stream: true })
      }
      return read
    },
  }
}
