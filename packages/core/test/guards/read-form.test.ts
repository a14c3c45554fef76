import { describe, expect, test } from 'vitest'
import { readForm } from '../../src/guards/read-form.ts'

const formType = 'application/x-www-form-urlencoded'
const most = 1_048_576

function post(body: string | FormData | ReadableStream, type?: string): Request {
  const headers = type === undefined ? {} : { 'content-type': type }
  return new Request('https://example.com/', { method: 'POST', body, headers, duplex: 'half' })
}

/** A request whose form has `length` bytes. */
const formOf = (length: number) => post(`_csrf=t&x=${'x'.repeat(length - 10)}`, formType)

/** A body without end, and how many of its chunks of 64 KiB were read. */
function endless() {
  const read = { chunks: 0, isCancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        read.chunks++
        controller.enqueue(new Uint8Array(65_536).fill(120))
      },
      cancel() {
        read.isCancelled = true
      },
    },
    { highWaterMark: 0 }, // nothing is pulled before somebody reads
  )
  return { body, read }
}

describe('the form of a request', () => {
  test.each([formType, `${formType};charset=utf-8`, ` ${formType.toUpperCase()} ; charset=utf-8`])(
    'is read where the content type is %j',
    async (type) => {
      expect((await readForm(post('_csrf=t&a=1', type)))?.get('_csrf')).toBe('t')
    },
  )

  test('is read with its fields and files', async () => {
    const body = new FormData()
    body.set('_csrf', 't')
    body.set('photo', new Blob(['bytes']), 'photo.png')
    const form = await readForm(post(body))
    expect(form?.get('_csrf')).toBe('t')
    expect(form?.get('photo')).toMatchObject({ name: 'photo.png', size: 5 })
  })

  test('stays there for the handler', async () => {
    const request = post('_csrf=t&a=1', formType)
    await readForm(request)
    expect(request.bodyUsed).toBe(false)
    expect(await request.text()).toBe('_csrf=t&a=1')
  })

  test('of 1 MiB is read, and none above', async () => {
    expect((await readForm(formOf(most)))?.get('_csrf')).toBe('t')
    const large = formOf(most + 1)
    expect(await readForm(large)).toBeUndefined()
    expect((await large.text()).length).toBe(most + 1)
  })

  test('without end is given up a little above 1 MiB', async () => {
    const { body, read } = endless()
    const request = post(body, formType)
    expect(await readForm(request)).toBeUndefined()
    expect(read.chunks * 65_536).toBeLessThan(2 * most)
    await request.body?.cancel()
    expect(read.isCancelled).toBe(true)
  })

  test.each(['application/json', 'text/plain', 'multipart/form-data2', ''])(
    'is none, and not read, where the content type is %j',
    async (type) => {
      const { body, read } = endless()
      const request = post(body, type)
      expect(await readForm(request)).toBeUndefined()
      expect(read.chunks).toBe(0)
    },
  )

  test('is none where it was read already, or cannot be parsed, or there is no body', async () => {
    const request = post('_csrf=t', formType)
    await request.text()
    expect(await readForm(request)).toBeUndefined()
    expect(await readForm(post('no boundary', 'multipart/form-data'))).toBeUndefined()
    const headers = { 'content-type': formType }
    const empty = new Request('https://example.com/', { method: 'POST', headers })
    expect(await readForm(empty)).toBeUndefined()
  })
})
