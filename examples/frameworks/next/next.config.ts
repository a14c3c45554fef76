import { join } from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  transpilePackages: ['@sojourn/example-shop'],
  turbopack: { root: join(import.meta.dirname, '../../..') }, // packages that are linked lie outside of this folder
}
export default config
