const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Returns how long ago or ahead a time is, such as `3 minutes ago`. */
export function ago(at: number): string {
  const ms = at - Date.now()
  const [unit, size] = units.find(([, size]) => Math.abs(ms) >= size) ?? units[3]
  return relative.format(Math.trunc(ms / size), unit)
}

/** Returns a date and a time of day. */
export function when(at: number): string {
  return absolute.format(at)
}

/** Returns a duration by its largest unit, such as `3.5 hr`. */
export function length(ms: number): string {
  const [unit, size] = units.find(([, size]) => ms >= size) ?? units[3]
  const value = ms / size
  const maximumFractionDigits = value < 10 ? 1 : 0
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits } as const
  return new Intl.NumberFormat(undefined, style).format(value)
}

/** Returns a number with the separators of the reader's language. */
export function number(value: number): string {
  return value.toLocaleString()
}
