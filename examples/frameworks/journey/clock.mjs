// Preloaded by a server: moves its clock forward by the milliseconds that the test sends.
const { now } = Date
let ahead = 0
Date.now = () => now() + ahead
process.on('message', (ms) => {
  ahead += ms
  process.send?.('passed')
})
