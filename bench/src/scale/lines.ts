/** A figure at one size. */
export interface Point {
  /** The size: how many sessions, KiB, and so on. */
  readonly x: number
  readonly y: number
  /** What Redis itself used, in µs; `undefined` where there is none. */
  readonly redis?: number
}

/** How one figure of one subject changes with the size. */
export interface Line {
  /** Whose it is, such as `Sojourn memory`. */
  readonly subject: string
  /** What it is, such as `R`. */
  readonly what: string
  readonly points: readonly Point[]
}

/** Collects the points of one subject into lines. */
export class Lines {
  readonly #subject: string
  readonly #points = new Map<string, Point[]>()

  constructor(subject: string) {
    this.#subject = subject
  }

  add(what: string, point: Point): void {
    this.#points.set(what, [...(this.#points.get(what) ?? []), point])
  }

  all(): readonly Line[] {
    return [...this.#points].map(([what, points]) => ({ subject: this.#subject, what, points }))
  }
}
