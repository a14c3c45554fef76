/** The binding suite on workerd, where a module has no server of its own: requests are handed to the application. */
import { runSuite } from '@sojourn/conformance/binding'
import { type Fetch, honoSuite } from '../suite.ts'

let serving: Fetch | undefined

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  if (!serving) throw new Error('Nobody serves')
  const left = new Promise<never>((_, reject) => {
    init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
  })
  const response = respond(serving, request)
  return Promise.race([response, left])
}

/** Where nothing catches what a handler has thrown, workerd responds with 500. */
async function respond(fetch: Fetch, request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch {
    return new Response('Internal Server Error', { status: 500 })
  }
}

const suite = () =>
  honoSuite('Hono 4 on workerd', (fetch) => {
    serving = fetch
    return { url: 'http://127.0.0.1', close: async () => undefined }
  })

// biome-ignore lint/style/noDefaultExport: workerd runs what a module exports by default
export default {
  async test() {
    const results = await runSuite(suite())
    const failed = results.filter(({ outcome }) => outcome !== 'passed')
    for (const result of failed)
      console.error(result.id, result.title, String(Reflect.get(result, 'error')))
    console.log(
      `Hono 4 on workerd: ${results.length - failed.length} passed, ${failed.length} failed`,
    )
    if (failed.length > 0) throw new Error('The suite failed')
  },
}
