// What a session costs.
//
//   pnpm bench [WORD…] [--quick] [--before PATH] [--write]   a request, beside other libraries
//   pnpm bench profile [WORD…]                               where the time goes, by function
//   pnpm bench scale [TASK…] [--quick] [--write]             many sessions, large ones, many of a user, many writers
//   pnpm bench capacity [--sessions N] [--write]             what Redis needs for many sessions
//   pnpm bench promises [--write]                          what happens to the users of other libraries
//   pnpm bench soak [WORD…] [--requests N]                   a million requests: does the heap stay flat?
//   pnpm bench fingerprint                                   whom a fingerprint logs out in a simulated day
//
// Words choose contenders: `pnpm bench Hono redis`. README.md has the rest.
import { parseArgs } from 'node:util'
import { measureCapacity } from './capacity/capacity.ts'
import { compare } from './compare.ts'
import { simulateDay } from './fingerprint/day.ts'
import { profile } from './profile/profile.ts'
import { seePromises } from './promises/promises.ts'
import { measureScale } from './scale/scale.ts'
import { soak } from './soak/soak.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    before: { type: 'string' },
    sessions: { type: 'string', default: '1000000' },
    requests: { type: 'string', default: '1000000' },
  },
})
const [command, ...words] = positionals
const { quick, write, before, sessions, requests } = values
if (command === 'profile') await profile(words)
else if (command === 'scale') await measureScale(words, { quick, write })
else if (command === 'capacity') await measureCapacity(Number(sessions), { write })
else if (command === 'promises') await seePromises({ write })
else if (command === 'fingerprint') await simulateDay()
else if (command === 'soak') await soak(words, Number(requests))
else await compare(positionals, { quick, write, before })
