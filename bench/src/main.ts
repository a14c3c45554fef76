// What a session costs: `pnpm bench [WORD…] [--quick] [--before PATH] [--write]`. Words choose contenders: `pnpm bench Hono redis`.
import { parseArgs } from 'node:util'
import { compare } from './compare.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    before: { type: 'string' },
  },
})
const { quick, write, before } = values
await compare(positionals, { quick, write, before })
