// Fills Redis with sessions: `fill.ts PORT COUNT`.
import { addSession, connect } from './setting.ts'

const [port, count] = process.argv.slice(2).map(Number)
const manager = await connect(port ?? 0)
for (let n = 0; n < (count ?? 0); n += 500) {
  await Promise.all(Array.from({ length: 500 }, (_, index) => addSession(manager, n + index)))
  if (n % 50_000 === 0) process.stderr.write(`${n} of ${count}\n`)
}
process.exit()
