import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { executeLoudly } from './folder.ts'

/** Builds an application for Next.js in a folder that has it installed; the program `next` starts it. */
export async function buildNextApp(folder: string): Promise<void> {
  const app = join(folder, 'next-app')
  const routes = join(app, 'app/[[...path]]')
  mkdirSync(routes, { recursive: true })
  copyFileSync(join(folder, 'next-route.mjs'), join(routes, 'route.js'))
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }')
  const words = ['node_modules/next/dist/bin/next', 'build', 'next-app']
  await executeLoudly('node', words, folder, { NEXT_TELEMETRY_DISABLED: '1' })
}
