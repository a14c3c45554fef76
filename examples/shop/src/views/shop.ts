/** The home page: the shop, and the session beside it. */
import type { Session } from '@sojourn/core'
import { type Product, products } from '../products.ts'
import { findUser } from '../users.ts'
import { clicksPanel } from './clicks.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Page } from './layout.ts'
import { sessionPanel } from './session-panel.ts'
import { price } from './words.ts'

/** Returns the home page. */
export function shopPage(session: Session, now: number): Page {
  const sources = ['routes/shop.ts', 'views/shop.ts', 'views/clicks.ts', 'views/session-panel.ts']
  return { title: 'Shop', sources, body: shop(session, now) }
}

function shop(session: Session, now: number): Html {
  const user = findUser(session.userId)
  return html`
<div class="split">
  <section aria-labelledby="shop-title">
    <h1 id="shop-title">${user ? `Good to see you, ${user.name}` : 'Small things for a short stay'}</h1>
    <p class="lede">${welcome(session)} <a class="near" href="#session">See this session.</a></p>
    <ul class="shelf">${products.map((product) => card(product, session))}</ul>
    ${clicksPanel(session)}
  </section>
  ${sessionPanel(session, now)}
</div>`
}

function welcome({ userId, data, info }: Session): string {
  if (!info) return 'A shop to try sessions in. Fill the cart, then sign in: it comes along.'
  const visits = data.visits === 1 ? 'your first visit' : `visit number ${data.visits ?? 0}`
  if (userId === undefined) return `This is ${visits}. Sign in, and your cart comes along.`
  return `This is ${visits}. Sign in on a second device, and see it under Devices.`
}

function card(product: Product, { data }: Session): Html {
  const count = data.cart?.[product.id] ?? 0
  return html`
<li class="card" id="${product.id}">
  ${icon(product.id)}
  ${count > 0 && html`<span class="badge">${count} in cart</span>`}
  <h2>${product.name}</h2>
  <p>${product.note}</p>
  <form method="post" action="/cart/add">
    <input type="hidden" name="product" value="${product.id}">
    <span class="price">${price(product.price)}</span>
    <button aria-label="Add ${product.name} to the cart">Add</button>
  </form>
</li>`
}
