/** Returns the element with an id, which the page has. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no #${id}`)
  return found as Type
}

type Attributes = Readonly<Record<string, string | number | undefined>>

/** Creates an element. Text stays text: nothing that comes from a session is ever parsed as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(attribute, String(value))
  made.append(...content)
  return made
}

/** Creates a button that calls `act` when it is pressed, and is disabled until that is done. */
export function button(
  text: string,
  attributes: Attributes,
  act: () => unknown,
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text)
  onPress(made, act)
  return made
}

/** Calls `act` when a button is pressed. Until it is done, further presses do nothing. */
export function onPress(target: HTMLButtonElement, act: () => unknown): void {
  let isBusy = false
  target.addEventListener('click', async () => {
    if (isBusy) return
    isBusy = true
    target.setAttribute('aria-busy', 'true') // it keeps the focus, which `disabled` would take away
    try {
      await act()
    } finally {
      isBusy = false
      target.removeAttribute('aria-busy')
    }
  })
}

/** Tells in a few words what was done. Screen readers read it. */
export function say(text: string): void {
  byId('alert').replaceChildren()
  byId('status').textContent = text
}

/** Tells what went wrong. */
export function complain(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  byId('alert').replaceChildren(element('p', { class: 'error' }, text))
}

/** Shows how far a count has come; hides it if there is nothing to show. */
export function showProgress(
  id: string,
  progress: { readonly done: number; readonly of?: number | undefined } | undefined,
): void {
  const box = byId(id)
  box.hidden = progress === undefined
  const bar = box.querySelector('progress')
  const output = box.querySelector('output')
  if (!progress || !bar || !output) return
  const { done, of } = progress
  if (of) {
    bar.max = Math.max(of, done)
    bar.value = done
  } else bar.removeAttribute('value')
  const total = of ? ` of about ${of.toLocaleString()}` : ''
  output.textContent = done === 0 ? '' : `${done.toLocaleString()}${total}`
}
