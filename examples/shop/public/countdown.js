/** Counts down what a page says of the next minutes. Without this script it says so once. */
const arrived = Date.now()

function tick() {
  for (const words of document.querySelectorAll('[data-left]')) {
    const seconds = Math.ceil((Number(words.dataset.left) - (Date.now() - arrived)) / 1000)
    const rest = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    words.textContent = seconds > 0 ? `in ${rest} min` : words.dataset.over
  }
}

tick()
setInterval(tick, 1000)
