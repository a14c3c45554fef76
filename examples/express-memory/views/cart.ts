/** The cart: each line can grow and shrink. */
import type { Session } from '@sojourn/core'
import { type CartLine, linesOf, totalOf } from '../cart.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Page } from './layout.ts'
import { price } from './words.ts'

/** The cart of a visitor. */
export function cartPage({ data, userId }: Session): Page {
  const lines = linesOf(data)
  return {
    title: 'Cart',
    body: html`
<div class="column">
  <h1>Your cart</h1>
  ${
    lines.length === 0
      ? empty()
      : html`
  <ul class="rows">${lines.map(row)}</ul>
  <p class="total">Total <strong>${price(totalOf(data))}</strong></p>
  ${
    userId === undefined &&
    html`
  <p class="hint">You are not signed in. <a href="/sign-in">Sign in</a>, and the cart comes along.</p>`
  }`
  }
</div>`,
  }
}

function empty(): Html {
  return html`<p class="lede">Nothing in it yet. <a href="/">Have a look around.</a></p>`
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
