import { describe, expect, test } from 'vitest'
import { moveText } from '../../src/codemod/move-text.ts'

const moved = (text: string, path = 'app.js') => moveText(path, text).text
const left = (text: string, path = 'app.js') =>
  moveText(path, text).left.map(({ section, line }) => `${section}:${line}`)

describe('data', () => {
  test.each([
    ['req.session.cart', 'req.session.data.cart'],
    ['req.session.cart.items.push(1)', 'req.session.data.cart.items.push(1)'],
    ['req.session.views++', 'req.session.data.views++'],
    ['delete req.session.cart', 'delete req.session.data.cart'],
    ['req.session?.cart?.id', 'req.session?.data.cart?.id'],
    ['req.session?.[key]', 'req.session?.data[key]'],
    ['req.session[key] = req.session.last', 'req.session.data[key] = req.session.data.last'],
    ["req.session['cart']", "req.session.data['cart']"],
    ['socket.request.session.cart', 'socket.request.session.data.cart'],
    ['this.req.session.cart', 'this.req.session.data.cart'],
    ['Object.keys(req.session)', 'Object.keys(req.session.data)'],
    ["'cart' in req.session", "'cart' in req.session.data"],
    ['x = { ...req.session }', 'x = { ...req.session.data }'],
    ["req.session.hasOwnProperty('cart')", "Object.hasOwn(req.session.data, 'cart')"],
    ['req.session.constructor', 'req.session.data.constructor'],
    ['req.session.flash = {}', 'req.session.data.flash = {}'],
    ['req.session && req.session.user', 'req.session && req.session.data.user'],
    ['if (!req.session) fail()', 'if (!req.session) fail()'],
    ['const { cart, user } = req.session', 'const { cart, user } = req.session.data'],
    ['const s = req.session; s.cart = s.id', 'const s = req.session; s.data.cart = s.id'],
    ['const { session } = req; session.cart = 1', 'const { session } = req; session.data.cart = 1'],
    [
      'function f(s) { const session = s; return session.cart }',
      'function f(s) { const session = s; return session.cart }',
    ],
    ['config.session.secret', 'config.session.secret'],
    ["req['session'].cart", "req['session'].data.cart"],
    [
      'const s = req.session; const t = s; t.cart',
      'const s = req.session; const t = s; t.data.cart',
    ],
    ['const { session: { cart } } = req', 'const { session: { data: { cart } } } = req'],
    ['on(({ session }, res) => session.cart)', 'on(({ session }, res) => session.data.cart)'],
    ['on(({ session: s }, res) => s.cart)', 'on(({ session: s }, res) => s.data.cart)'],
    [
      'on((err, { session: { cart } }, res, next) => cart)',
      'on((err, { session: { data: { cart } } }, res, next) => cart)',
    ],
    ['const Page = ({ session }) => session.cart', 'const Page = ({ session }) => session.cart'],
    ['on((r, response) => r.session.cart)', 'on((r, response) => r.session.data.cart)'],
  ])('%s', (before, after) => {
    expect(moved(before)).toBe(after)
    expect(left(before)).toEqual([])
  })

  test('a parameter with the type of a request is one, whatever its name', () => {
    const text = 'function f(incoming: express.Request) { incoming.session.cart = 1 }'
    expect(moved(text, 'app.ts')).toContain('incoming.session.data.cart')
    expect(moved('function f(incoming) { incoming.session.cart = 1 }')).not.toContain('data')
  })

  test.each([
    ['(<any>req).session.cart', '(<any>req).session.data.cart'],
    ['(req satisfies R).session.cart', '(req satisfies R).session.data.cart'],
    ['(req as any).session!.cart', '(req as any).session!.data.cart'],
    [
      'class C { f(@Session() s: Record<string, any>) { s.cart = 1 } }',
      'class C { f(@Session() s: Record<string, any>) { s.data.cart = 1 } }',
    ],
  ])('%s', (before, after) => {
    expect(moved(before, 'app.ts')).toBe(after)
  })

  test('a second run changes nothing', () => {
    const once = moveText('app.js', 'req.session.cart = req.session.flash.list || req.sessionID')
    const twice = moveText('app.js', once.text)
    expect(twice).toMatchObject({ text: once.text, changed: [], moved: 2 })
  })
})

describe('what works as it is, or is left', () => {
  test.each([
    ['req.session.id', []],
    ['if (req.session.userId) next()', []],
    ['req.session.destroy(() => res.redirect("/"))', []],
    ['req.session.userId = user.id', ['log-users-in:1']],
    ['req.session.regenerate(done)', ['log-users-in:1']],
    ['req.session.reload(done)', ['save-and-reload:1']],
    ['req.session.cookie.maxAge = 1', ['set-limits-at-the-login:1']],
    ['render({ session: req.session })', ['pass-the-session-on:1']],
    ['audit(req.session)', ['pass-the-session-on:1']],
    ['const s = req.session || {}', ['pass-the-session-on:1']],
    ['const { cookie, cart } = req.session', ['pass-the-session-on:1']],
    ['req.session = {}', ['mend-the-tests:1']],
    ['const req = { session }', ['mend-the-tests:1']],
    ['({ session } = req)', ['pass-the-session-on:1']],
    ['const { session: { id, cart } } = req', ['pass-the-session-on:1']],
    ['({ sessionID }, res) => sessionID', ['pass-the-session-on:1']],
    ['req.sessionStore.all(done)', ['read-the-store:1']],
    ['req.session.save.call(null)', ['save-and-reload:1']],
    ["import flash from 'connect-flash'", ['replace-flash-and-csurf:1']],
  ])('%s', (text, sections) => {
    expect(moved(text)).toBe(text)
    expect(left(text)).toEqual(sections)
  })
})

describe('callbacks', () => {
  test('what a callback does without an error is done at once', () => {
    const text = `app.post('/', (req, res, next) => {
  req.session.user = 1;
  req.session.save(function (err) {
    if (err) return next(err);
    res.locals.text = \`one
    two\`;
    res.redirect(req.session.back);
  });
});
`
    expect(moved(text)).toBe(`app.post('/', (req, res, next) => {
  req.session.data.user = 1;
  res.locals.text = \`one
    two\`;
  res.redirect(req.session.data.back);
});
`)
  })

  test.each([
    ['f = () => { req.session.save() }', 'f = () => {  }'],
    ['f = () => { return req.session.save(() => go()) }', 'f = () => { return go() }'],
    [
      'f = () => { if (a) { return req.session.save() } go() }',
      'f = () => { if (a) { return } go() }',
    ],
    [
      'f = () => { if (a) return req.session.touch(); go() }',
      'f = () => { if (a) return req.session.touch(); go() }',
      ['save-and-reload:1'],
    ],
    [
      'f = () => { return new Promise((resolve) => req.session.save(resolve)); }',
      'f = () => { return Promise.resolve(); }',
    ],
    [
      'f = async () => { return await new Promise((resolve) => req.session.save(resolve)) }',
      'f = async () => { return }',
    ],
    [
      'f = async () => { await new Promise((resolve, reject) => req.session.save((err) => err ? reject(err) : resolve())); go() }',
      'f = async () => {  go() }',
    ],
    [
      'f = async () => { await new Promise((resolve) => { req.session.destroy(resolve) }) }',
      'f = async () => { await new Promise((resolve) => { req.session.destroy(resolve) }) }',
    ],
  ])('%s', (before, after, sections: readonly string[] = []) => {
    expect(moved(before)).toBe(after)
    expect(left(before)).toEqual(sections)
  })

  test('comments in a callback stay', () => {
    const text = `f = () => {
  req.session.save(() => { // saved
    // on to the cart
    go() // now
    /* and so on */
  })
}`
    expect(moved(text)).toBe(`f = () => {
  // saved
  // on to the cart
  go() // now
  /* and so on */
}`)
  })

  test.each([
    [
      'a comment at its end would hide what follows',
      'f = () => { req.session.save(() => {\n  go() // now\n}) }',
    ],
    ['something follows', 'f = () => { req.session.save(() => go()); after() }'],
    [
      'it handles the error itself',
      'f = () => { req.session.save((err) => { if (err) return res.send(err); go() }) }',
    ],
    ['it has names of its own', 'f = () => { req.session.save(() => { const a = 1; go(a) }) }'],
    ['it is given by name', 'f = () => { req.session.save(done) }'],
    ['it uses this', 'f = () => { req.session.save(function () { this.go() }) }'],
  ])('a callback stays if %s', (_, text) => {
    expect(moved(text)).toBe(text)
    expect(left(text)).toEqual(['save-and-reload:1'])
  })

  test('TypeScript refuses the callback of destroy', () => {
    const promise =
      'async function f() { await new Promise<void>((resolve, reject) => { req.session.destroy((err) => { if (err) reject(err); else resolve(); }); }); }'
    expect(moved(promise, 'a.ts')).toBe('async function f() { await req.session.destroy(); }')
    expect(moved('function f() { req.session.destroy(() => go()) }', 'a.ts')).toMatch(
      /destroy\(\)\n.*go\(\) \}$/,
    )
    expect(left('function f() { req.session.destroy(done) }', 'a.ts')).toEqual([
      'save-and-reload:1',
    ])
  })
})

describe('the request', () => {
  test.each([
    ['log(req.sessionID)', 'log(req.session.id)'],
    ['const { sessionID } = req', 'const { id: sessionID } = req.session'],
    ['req.session = null', 'req.session.destroy()'],
    ['delete req.session', 'req.session.destroy()'],
    ['const req = { session: { cart: [] } }', 'const req = { session: { data: { cart: [] } } }'],
  ])('%s', (before, after) => expect(moved(before)).toBe(after))

  test('a request with functions in its session is left', () => {
    expect(left('const req = { session: { destroy: stub() } }')).toEqual(['mend-the-tests:1'])
  })
})

describe('the middleware', () => {
  test('becomes a manager, with the options that Sojourn has', () => {
    const text = `const session = require('express-session')
const { RedisStore } = require('connect-redis')
const { createClient } = require('redis')
const client = createClient()
app.use(session({ store: new RedisStore({ client }), secret: process.env.KEY, name: 'shop', resave: false, cookie: { maxAge: 6e5, secure: 'auto' } }))
`
    expect(moved(text)).toBe(`const { createSessionManager, envConfig } = require('@sojourn/core')
const { sessions } = require('@sojourn/express')
const { nodeRedisStore } = require('@sojourn/store-node-redis')
const { createClient } = require('redis')
const client = createClient()
const manager = createSessionManager(
  envConfig(process.env.KEY, { store: nodeRedisStore(client), cookieName: 'shop', maxAge: 6e5 }),
)
app.use(sessions(manager))
`)
    expect(left(text)).toEqual([])
  })

  test.each([
    [
      'a store without a counterpart',
      "import session from 'express-session'\napp.use(session({ secret, store: new Other() }))",
    ],
    [
      'an unknown option',
      "import session from 'express-session'\napp.use(session({ secret, cookie: { sameSite } }))",
    ],
    [
      'a script that reads its cookie',
      "import session from 'express-session'\napp.use(session({ secret, cookie: { httpOnly: false } }))",
    ],
    [
      'a path of its cookie',
      "import session from 'express-session'\napp.use(session({ secret, cookie: { path: '/admin' } }))",
    ],
    [
      'options that only a function has',
      "import session from 'express-session'\nexport const make = (secret) => session({ secret })",
    ],
    [
      'options that only a class has',
      "import session from 'express-session'\nclass A { use = session({ secret: this.secret }) }",
    ],
    [
      'no place in front of it',
      "import session from 'express-session'\nif (a) app.use(session({ secret }))",
    ],
    [
      'a name that is taken',
      "import session from 'express-session'\nfor (const sessions of []) app.use(session({ secret }))",
    ],
    [
      'types from its import',
      "import session, { Store } from 'express-session'\napp.use(session({ secret }))",
    ],
    [
      'an import on a line with others',
      "let app,\n  session = require('express-session')\napp.use(session({ secret }))",
    ],
    [
      'an import in its call',
      "const app = express()\napp.use(require('express-session')({ secret }))",
    ],
    [
      'an import of CommonJS in TypeScript',
      "import express from 'express'\nimport session = require('express-session')\napp.use(session({ secret }))",
      'app.ts',
    ],
    [
      'an import under another name',
      "import express from 'express'\nimport { default as session } from 'express-session'",
    ],
    ['an export', "import express from 'express'\nexport { default } from 'express-session'"],
    [
      'several secrets',
      "import session from 'express-session'\napp.use(session({ secret: [a, b] }))",
    ],
    [
      'options that are elsewhere',
      "import session from 'express-session'\napp.use(session(options))",
    ],
  ])('is left with %s', (_, text, path = 'app.js') => {
    expect(moved(text, path)).toBe(text)
    expect(left(text, path)).toEqual(['mount-the-sessions:2'])
  })

  const redis = `import session from 'express-session'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
const client = createClient()
const store = new RedisStore({
  client,
})
app.use(session({ secret, store }))
`

  test('a store in a variable goes, with its import', () => {
    expect(moved(redis)).not.toMatch(/RedisStore\b(?<!nodeRedisStore)|const store/)
    expect(moved(redis)).toContain('store: nodeRedisStore(client)')
    expect(left(redis)).toEqual([])
  })

  test.each(['store.all(done)', 'new RedisStore({ client, prefix: "other:" })'])(
    'is left if there is also %s',
    (other) => {
      expect(moved(redis + other)).toBe(redis + other)
      expect(left(redis + other)).toContain('mount-the-sessions:8')
    },
  )

  test('another variable of the same name does not matter', () => {
    const text = `import session from 'express-session'
app.use(session({ secret }))
app.get('/', (req) => { const session = req.session; session.n++ })`
    expect(moved(text)).toContain('app.use(sessions(manager))')
    expect(moved(text)).toContain('session.data.n++')
  })

  test('a secret in the code comes from the environment', () => {
    const text =
      "import session from 'express-session'\napp.use(session({ secret: 'keyboard cat' }))"
    expect(moved(text)).toContain('envConfig(process.env.SESSION_SECRET, { store: memoryStore() })')
    expect(moved(text)).not.toContain('keyboard cat')
    expect(left(text)).toEqual(['mount-the-sessions:2'])
  })

  test('passportSession() is mounted before passport.session()', () => {
    const text = "import passport from 'passport'\napp.use(passport.session())"
    expect(moved(text)).toBe(
      "import passport from 'passport'\nimport { passportSession } from '@sojourn/express'\napp.use(passportSession(), passport.session())",
    )
  })
})

test('the declaration of the data moves, and its keys are optional', () => {
  const text =
    "import 'express-session'\ndeclare module 'express-session' {\n  interface SessionData { cart: string[]; back?: string }\n}\n"
  expect(moved(text, 'types.d.ts')).toBe(
    "import '@sojourn/core'\ndeclare module '@sojourn/core' {\n  interface SessionData { cart?: string[]; back?: string }\n}\n",
  )
})

test('line ends and a byte order mark stay', () => {
  const text = "\ufeffimport session from 'express-session'\r\napp.use(session({ secret }))\r\n"
  const result = moved(text)
  expect(result.startsWith('\ufeffimport')).toBe(true)
  expect(result).not.toMatch(/[^\r]\n/)
})
