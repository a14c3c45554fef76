import { createSessionTimer } from '@sojourn/browser'

/** The script of a page: its title says what the timer found. */
createSessionTimer({
  check: '/session',
  stay: '/session',
  onWarning: () => undefined,
  onEnd: (why) => {
    document.title = why
  },
})
