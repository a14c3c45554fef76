/** Tells the thefts on the terminal. REAL_TIME=1 lets the time pass as on the wall: two minutes. */
import { fastForward, realTime } from './pace.ts'
import { stageThefts } from './theft.ts'

const pace = process.env['REAL_TIME'] ? realTime() : fastForward()
const refusals = await stageThefts(pace, {
  chapter: (text) => console.log(`\n${text}`),
  look({ who, seen: { user, binding } }) {
    console.log(`  ${who.padEnd(20)} ${(user ?? 'nobody').padEnd(7)} ${binding}`)
  },
})
console.log(
  `\nThe server has refused ${refusals.length} requests of the thief: ${refusals.join(', ')}.`,
)
console.log(
  'Grace has no key: her cookie works until the next rotation of its token, or its logout.\n',
)
