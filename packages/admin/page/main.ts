import { confirmation } from '../src/protocol.ts'
import { send } from './api.ts'
import { confirmed } from './confirm.ts'
import { startDetails } from './details.ts'
import { byId, complain, onPress, say } from './dom.ts'
import { startNumbers } from './numbers.ts'
import { startSearch } from './search.ts'

for (const closer of document.querySelectorAll<HTMLButtonElement>('[data-close]'))
  closer.addEventListener('click', () => closer.closest('dialog')?.close(''))

onPress(byId<HTMLButtonElement>('end-everybody'), async () => {
  const isSure = await confirmed({
    title: 'End all sessions of everybody?',
    text: 'All users and visitors are logged out at once, you included. It cannot be undone.',
    yes: 'End all sessions',
    typed: confirmation,
  })
  if (!isSure) return
  try {
    say('Ending all sessions…')
    await send('revoke-everybody', { confirm: confirmation })
    byId('results').replaceChildren()
    say('All sessions ended, yours too. Sign in again to go on.')
  } catch (error) {
    complain(error)
  }
})

startNumbers()
startDetails()
startSearch()
