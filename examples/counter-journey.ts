/** The visits that each of the six example applications must answer alike, over real HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'

/** An application that listens. */
export interface Running {
  readonly url: string
  close(): unknown
}

/** Walks through an application: count, log in, list devices, log out. */
export function counterJourney(start: () => Promise<Running>): void {
  let app: Running
  beforeAll(async () => {
    app = await start()
  })
  afterAll(() => app.close())

  /** One request of a browser that keeps its cookie and says where a form comes from. */
  const createBrowser = (cookie = '') => {
    const jar = { cookie }
    const request = async (path: string, form?: Record<string, string>, site = 'same-origin') => {
      const response = await fetch(app.url + path, {
        method: form ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { cookie: jar.cookie, 'sec-fetch-site': site },
        ...(form ? { body: new URLSearchParams(form) } : {}),
      })
      const [line] = response.headers.getSetCookie()
      if (line !== undefined)
        jar.cookie = line.includes('Max-Age=0') ? '' : (line.split(';')[0] ?? '')
      return {
        status: response.status,
        to: response.headers.get('location'),
        text: await response.text(),
      }
    }
    return { jar, get: (path: string) => request(path), post: request }
  }
  const credentials = { name: 'ada', password: 'countess of lovelace' }

  test('counts the visits of a visitor', async () => {
    const browser = createBrowser()
    expect((await browser.get('/')).text).toContain('Visitor: visit 1')
    expect((await browser.get('/')).text).toContain('Visitor: visit 2')
    expect((await createBrowser().get('/')).text).toContain('visit 1')
  })

  test('takes the count through a login, after which the old cookie opens nothing', async () => {
    const browser = createBrowser()
    await browser.get('/')
    const thief = createBrowser(browser.jar.cookie)
    expect(await browser.post('/log-in', credentials)).toMatchObject({ status: 303, to: '/' })
    expect((await browser.get('/')).text).toContain('ada: visit 2')
    expect((await thief.get('/')).text).not.toContain('ada')
  })

  test('refuses a wrong password, and a name that does not exist', async () => {
    const browser = createBrowser()
    expect(await browser.post('/log-in', { ...credentials, password: '' })).toMatchObject({
      status: 401,
    })
    expect(await browser.post('/log-in', { name: 'eve', password: '' })).toMatchObject({
      status: 401,
    })
    expect((await browser.get('/')).text).toContain('Visitor: visit 1')
  })

  test('refuses a form of another site', async () => {
    const browser = createBrowser()
    expect(await browser.post('/log-in', credentials, 'cross-site')).toMatchObject({ status: 403 })
  })

  test('lists the devices to their user only', async () => {
    const browser = createBrowser()
    expect(await browser.get('/devices')).toMatchObject({ status: 303, to: '/' })
    await browser.post('/log-in', credentials)
    expect(JSON.parse((await browser.get('/devices')).text)).toContainEqual(
      expect.objectContaining({ id: expect.any(String), client: { name: expect.any(String) } }),
    )
  })

  test('logs out, and takes the cookie back', async () => {
    const browser = createBrowser()
    await browser.post('/log-in', credentials)
    expect(browser.jar.cookie).not.toBe('')
    const copy = createBrowser(browser.jar.cookie)
    expect(await browser.post('/log-out', {})).toMatchObject({ status: 303, to: '/' })
    expect(browser.jar.cookie).toBe('')
    expect((await copy.get('/devices')).status).toBe(303)
  })
}
