/** The script of all pages: countdowns, local times, and the twenty parallel clicks. */
const arrived = Date.now()

function countDown() {
  for (const words of document.querySelectorAll('[data-left]')) {
    const seconds = Math.ceil((Number(words.dataset.left) - (Date.now() - arrived)) / 1000)
    const rest = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    words.textContent = seconds > 0 ? `in ${rest} min` : words.dataset.over
  }
}

/** Replaces UTC by the time zone and the language of the browser. */
function showLocalTimes() {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
  for (const time of document.querySelectorAll('time[datetime]'))
    time.querySelector('small').textContent = format.format(new Date(time.dateTime))
}

/** Sends one click for each dot, all at once, and shows in the dot which number it became. */
async function clickAtOnce(panel) {
  const [button, output, ...dots] = [
    panel.querySelector('button'),
    panel.querySelector('output'),
    ...panel.querySelectorAll('.dots li'),
  ]
  button.disabled = true
  output.textContent = ''
  for (const dot of dots) dot.textContent = ''
  const before = Number(panel.dataset.count)
  const counts = await Promise.all(dots.map(clickFor))
  panel.dataset.count = Math.max(before, ...counts)
  const kept = Number(panel.dataset.count) - before
  output.textContent = `${dots.length} clicks sent at once, ${kept} kept.`
  button.disabled = false
}

async function clickFor(dot) {
  const response = await fetch('/clicks', { method: 'POST' })
  const { count } = response.ok ? await response.json() : { count: 0 }
  dot.textContent = count || '×'
  return count
}

countDown()
setInterval(countDown, 1000)
showLocalTimes()

const panel = document.querySelector('#clicks')
if (panel) panel.hidden = false
panel?.querySelector('button')?.addEventListener('click', () => clickAtOnce(panel))
