/** Small applications in the styles that people use. Each exports its Express application from its first file. */
export interface Application {
  readonly style: string
  readonly files: Readonly<Record<string, string>>
  readonly requests: readonly string[]
  /** The sections of what is left to a person, with the lines. @default none */
  readonly left?: readonly string[]
  /** A text in the response to the last but one request: that something happened at all. */
  readonly answer: string
}

const mount = `import express from 'express'
import session from 'express-session'

const app = express()
app.use(session({ secret: process.env.KEY, resave: false, saveUninitialized: false }))
`

export const applications: readonly Application[] = [
  {
    style: 'ESM, with callbacks',
    files: {
      'app.mjs': `${mount}app.use((req, res, next) => {
  if (req.method === 'POST') req.session.posts = (req.session.posts ?? 0) + 1
  next()
})
app.post('/add/:item', (req, res, next) => {
  req.session.cart ||= {}
  req.session.cart[req.params.item] = true
  req.session.save((err) => {
    if (err) return next(err)
    // The cart shows it.
    res.redirect(303, '/cart')
  })
})
app.get('/cart', (req, res) => {
  const { session: mine } = req
  const { cart, posts } = mine
  const keys = Object.keys(req.session).filter((key) => key !== 'cookie')
  res.json({ cart, posts, keys, has: mine.hasOwnProperty('cart'), same: req.sessionID === mine.id })
})
app.post('/drop', (req, res) => {
  delete req.session.cart
  res.json('cart' in req.session)
})
app.post('/logout', (req, res) => {
  req.session.destroy(() => {
    res.json('bye')
  })
})
export default app
`,
    },
    requests: ['GET /cart', 'POST /add/tea', 'POST /add/milk', 'GET /cart', 'POST /logout'],
    answer: '{"cart":{"tea":true,"milk":true},"posts":2,',
  },
  {
    style: 'CommonJS, with routers in files',
    files: {
      'app.cjs': `'use strict'
const express = require('express');
const session = require("express-session");
const cart = require('./routes/cart.cjs');

const app = express();
app.use(session({ secret: process.env.KEY, resave: false, saveUninitialized: true, cookie: { path: '/', httpOnly: true } }));
app.use('/cart', cart);
module.exports = app;
`,
      'routes/cart.cjs': `const { Router } = require('express');
const router = module.exports = Router();
router.route('/').get(function (request, response) {
  response.json(request.session['cart'] || []);
}).post(function (request, response) {
  (request.session.cart = request.session.cart || []).push('tea');
  response.sendStatus(201);
});
`,
    },
    requests: ['GET /cart', 'POST /cart', 'POST /cart', 'GET /cart', 'GET /cart'],
    answer: '["tea","tea"]',
  },
  {
    style: 'TypeScript, with an augmentation and a controller',
    files: {
      'app.ts': `import express, { type Request, type Response } from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    views: number
  }
}

class Views {
  show = (incoming: Request, outgoing: Response): void => {
    incoming.session.views = (incoming.session.views ?? 0) + 1
    outgoing.json((incoming as any).session!.views)
  }
  async forget(request: Request, response: Response): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      request.session.destroy((error) => (error ? reject(error) : resolve()))
    })
    response.json('forgotten')
  }
}

const app = express()
const views = new Views()
app.use(session({ secret: process.env.KEY!, resave: false, saveUninitialized: false }))
app.get('/', views.show)
app.delete('/', views.forget)
export default app
`,
    },
    requests: ['GET /', 'GET /', 'DELETE /', 'GET /', 'GET /', 'GET /'],
    answer: ' 2',
  },
  {
    style: 'destructured parameters',
    files: {
      'app.mjs': `${mount}app.post('/:name', ({ session, params }, res) => {
  session.name = params.name
  res.end()
})
app.get('/', ({ session: { name } }, res) => res.json({ name }))
app.get('/again', (r, res) => {
  const { session: { name = 'nobody' } } = r
  res.json(name)
})
export default app
`,
    },
    requests: ['GET /', 'POST /ann', 'GET /', 'GET /again', 'GET /'],
    answer: '"ann"',
  },
  {
    style: 'middleware factories',
    files: {
      'app.mjs': `${mount}const remember = (key) => (req, res, next) => {
  const s = req.session
  const same = s
  same[key] = req.query[key] ?? s[key]
  next()
}
const only = (key) => (req, res, next) => (req.session && req.session[key] ? next() : res.sendStatus(403))
app.get('/', remember('role'), only('role'), (req, res) => res.json({ ...req.session, cookie: undefined }))
export default app
`,
    },
    requests: ['GET /', 'GET /?role=admin', 'GET /', 'GET /'],
    answer: '{"role":"admin"}',
  },
  {
    style: 'a session that is ended by null',
    files: {
      'app.mjs': `${mount.replace('resave', "unset: 'destroy', resave")}app.post('/', (req, res) => {
  req.session.on = true
  res.end()
})
app.get('/', (req, res) => res.json(req.session.on ?? false))
app.post('/logout', (req, res) => {
  req.session = null
  res.redirect('/')
})
export default app
`,
    },
    requests: ['POST /', 'GET /', 'POST /logout', 'GET /', 'GET /'],
    answer: 'false',
  },
  {
    style: 'shadowed names',
    files: {
      'app.mjs': `${mount}app.get('/', (req, res) => {
  const session = req.session
  session.n = (session.n || 0) + 1
  res.json(session.n)
})
app.get('/other', (req, res) => {
  const session = { n: 'another' }
  {
    const req = { session }
    res.json(((session) => session.n)(session))
  }
})
export default app
`,
    },
    requests: ['GET /', 'GET /', 'GET /other', 'GET /', 'GET /'],
    left: ['mend-the-tests:14'],
    answer: ' 3',
  },
  {
    style: 'line ends of Windows, tabs and comments',
    files: {
      'app.cjs': `// The shop.
const express = require('express');
const session = require('express-session'); // logins

const app = express();
/* Sessions
   first. */
app.use(session({
\tsecret: [process.env.KEY].join(
\t\t''), // from the environment
\tresave: false,
\tsaveUninitialized: false,
\tcookie: { maxAge: 1000 *
\t\t60 },
}));
app.get('/', (req, res, next) => {
\treq.session /* of this browser */ .n = 1 + (req.session.n | 0);
\treq.session.save(function (err) {
\t\tif (err) return next(err);
\t\t// what it was
\t\tres.json(req.session.n); // a number
\t});
});
module.exports = app;
`.replaceAll('\n', '\r\n'),
    },
    requests: ['GET /', 'GET /', 'GET /'],
    answer: ' 2',
  },
  {
    style: 'JSX on the server',
    files: {
      'app.jsx': `/** @jsx h */
${mount}const h = (name, props, ...children) =>
  typeof name === 'function' ? name({ ...props, children }) : \`<\${name}>\${children.flat().join('')}</\${name}>\`
const Greeting = ({ session }) => <b>{session.name}</b>
app.get('/:name', (req, res) => {
  req.session.names = [...(req.session.names ?? []), req.params.name]
  res.send(<p>{req.session.names.map((name) => <Greeting session={{ name }} />)}</p>)
})
export default app
`,
    },
    requests: ['GET /ann', 'GET /bob', 'GET /eve'],
    answer: '<p><b>ann</b><b>bob</b></p>',
  },
  {
    style: 'saves that are returned, and awaited in helpers',
    files: {
      'app.mjs': `${mount}function saved(req) {
  return new Promise((resolve, reject) => req.session.save((err) => (err ? reject(err) : resolve())))
}
app.get('/', (req, res) => {
  req.session.n = (req.session.n ?? 0) + 1
  if (req.query.quick) {
    res.json(['quick', req.session.n])
    return req.session.save()
  }
  saved(req).then(() => res.json(req.session.n))
})
export default app
`,
    },
    requests: ['GET /', 'GET /?quick=1', 'GET /', 'GET /'],
    answer: ' 3',
  },
]
