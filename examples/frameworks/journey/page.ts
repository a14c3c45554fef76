/** A page as it comes in. */
import { browser } from './visit.ts'

/** Asks for a page, and leaves it to be read bit by bit. */
export async function begin(url: string, cookie: string) {
  const headers = { cookie, 'user-agent': browser }
  const response = await fetch(url, { headers })
  const decoder = new TextDecoder()
  const chunks = response.body?.values()
  return {
    headers: response.headers,
    /** What comes until the page has said something, or ends. */
    async until(text: string): Promise<string> {
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
