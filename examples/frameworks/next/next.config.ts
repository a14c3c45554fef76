import { join } from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  experimental: { authInterrupts: true }, // for unauthorized() and forbidden() in Server Actions
  transpilePackages: ['@sojourn/example-shop'],
  turbopack: { root: join(import.meta.dirname, '../../..') }, // linked packages are outside of this folder
}
export default config
