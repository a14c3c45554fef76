/** How the production server of each framework is started. */
import type { Framework } from './server.ts'

export const frameworks: readonly Framework[] = [
  {
    name: 'next',
    words: (port) => [
      'node_modules/next/dist/bin/next',
      'start',
      '-H',
      '127.0.0.1',
      '-p',
      `${port}`,
    ],
  },
  { name: 'react-router', words: () => ['server.js'] },
  { name: 'sveltekit', words: () => ['build/index.js'] },
]
