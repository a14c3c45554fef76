/** How the server of each framework is started. */
import type { Framework } from './server.ts'

export const frameworks: readonly Framework[] = [
  {
    name: 'next',
    start: (port) => ['node_modules/next/dist/bin/next', 'start', ...at('-H', '-p', port)],
    dev: (port) => ['node_modules/next/dist/bin/next', 'dev', ...at('-H', '-p', port)],
    sessionFile: 'lib/session.ts',
    guarded: ['/api/orders', '/api/account'], // by the route handler, and by the proxy
  },
  {
    name: 'react-router',
    start: () => ['server.js'],
    dev: (port) => [
      'node_modules/@react-router/dev/bin.js',
      'dev',
      ...at('--host', '--port', port),
    ],
    sessionFile: 'app/session.server.ts',
    guarded: ['/api/orders'],
  },
  {
    name: 'sveltekit',
    start: () => ['build/index.js'],
    dev: (port) => ['node_modules/vite/bin/vite.js', 'dev', ...at('--host', '--port', port)],
    sessionFile: 'src/lib/server/session.ts',
    guarded: ['/api/orders'],
  },
]

function at(hostOption: string, portOption: string, port: number): readonly string[] {
  return [hostOption, '127.0.0.1', portOption, `${port}`]
}
