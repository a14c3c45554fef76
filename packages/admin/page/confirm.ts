import { byId } from './dom.ts'

/** What an operator is asked before something is done. */
export interface Question {
  readonly title: string
  readonly text: string
  /** The label of the button that does it. */
  readonly yes: string
  /** What must be typed first. @default nothing */
  readonly typed?: string
}

const dialog = byId<HTMLDialogElement>('confirm')
const yes = byId<HTMLButtonElement>('confirm-yes')
const typing = byId('confirm-typing')
const input = byId<HTMLInputElement>('typed')

/** Asks, and returns true if the operator wants it done. Escape and Cancel mean no. */
export function confirmed({ title, text, yes: label, typed }: Question): Promise<boolean> {
  byId('confirm-title').textContent = title
  byId('confirm-text').textContent = text
  yes.textContent = label
  typing.hidden = typed === undefined
  input.value = ''
  const check = () => {
    yes.disabled = typed !== undefined && input.value.trim() !== typed
  }
  check()
  return new Promise((resolve) => {
    const done = new AbortController()
    const { signal } = done
    input.addEventListener('input', check, { signal })
    input.addEventListener('keydown', ({ key }) => key === 'Enter' && yes.click(), { signal })
    yes.addEventListener('click', () => dialog.close('yes'), { signal })
    dialog.addEventListener(
      'close',
      () => {
        done.abort()
        resolve(dialog.returnValue === 'yes')
      },
      { signal },
    )
    dialog.returnValue = ''
    dialog.showModal()
  })
}
