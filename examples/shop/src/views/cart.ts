/** The cart: each line can grow and shrink. */
import type { Session } from '@sojourn/core'
import { type CartLine, countOf, linesOf, totalOf } from '../cart.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Page } from './layout.ts'
import { price } from './words.ts'

/** Returns the cart page. */
export function cartPage(session: Session): Page {
  const body = countOf(session.data) === 0 ? empty : full(session)
  return {
    title: 'Cart',
    sources: ['routes/shop.ts', 'views/cart.ts'],
    body: html`<div class="column"><h1>Your cart</h1>${body}</div>`,
  }
}

const empty = html`<p class="lede">Nothing in it yet. <a href="/">Have a look around.</a></p>`

const invitation = html`
<p class="hint">You are not signed in. <a href="/sign-in">Sign in</a>, and the cart comes along.</p>`

function full({ data, userId }: Session): Html {
  return html`
<ul class="rows">${linesOf(data).map(row)}</ul>
<p class="total">Total <strong>${price(totalOf(data))}</strong></p>
${userId === undefined && invitation}`
}

function row({ product, count }: CartLine): Html {
  return html`
<li class="row" data-product="${product.id}" data-count="${count}">
  ${icon(product.id)}
  <div class="grow"><h2>${product.name}</h2><p>${price(product.price)} each</p></div>
  <div class="stepper">
    ${step('/cart/remove', product.id, { sign: '−', label: `One ${product.name} less` })}
    <span>${count}</span>
    ${step('/cart/add', product.id, { sign: '+', label: `One ${product.name} more` })}
  </div>
</li>`
}

function step(action: string, id: string, { sign, label }: { sign: string; label: string }): Html {
  return html`
<form method="post" action="${action}">
  <input type="hidden" name="product" value="${id}">
  <input type="hidden" name="back" value="/cart">
  <button class="quiet" aria-label="${label}">${sign}</button>
</form>`
}
