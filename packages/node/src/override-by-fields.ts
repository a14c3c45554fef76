import type { ServerResponse } from 'node:http'
import { isHttp2, type StatusLine, statusOf } from './http2.ts'
import type { ReportedState, SentOverride } from './sent-override.ts'

/*
 * How a response of Node's HTTP/1 looks sent at no cost: Node itself takes it for sent while `_header`, the head as text,
 * is not empty. Then `headersSent` is true, and `setHeader` and the like throw. Nothing is added to the response, so it
 * keeps its hidden class; on Express, where each response has one of its own, ten properties cost more than the save.
 *
 * Libraries have read `_header` for as long as Node has it. Where it does not have this effect, as on HTTP/2, the
 * response is overridden by properties.
 */

/** The value of `_header` while a response looks sent, for every copy of this package in a process. */
const heldHead = 'held until the session is saved'

/** A field that Node gives each response of HTTP/1. */
interface NodeFields {
  _header: string | null | undefined
}

type FieldResponse = ServerResponse & NodeFields & { [key]?: ReportedState | undefined }

/** Makes a response look sent by its fields. Returns nothing if that has no effect on it. */
export function overrideByFields(
  response: ServerResponse,
  reported: ReportedState,
): SentOverride | undefined {
  if (isHttp2(response)) return undefined
  const fields = response as FieldResponse
  const head = fields._header
  fields._header = heldHead
  if (response.headersSent) return new FieldOverride(fields, head, reported)
  fields._header = head
  return undefined
}

/** Calls `setHeaders`, which may set headers although the response looks sent by its fields. */
export function bypassFields(
  response: ServerResponse & Partial<NodeFields>,
  setHeaders: () => void,
): void {
  if (isHttp2(response) || response._header !== heldHead) {
    setHeaders()
    return
  }
  response._header = null
  try {
    setHeaders()
  } finally {
    response._header = heldHead
  }
}

/**
 * What a held response reports. The getters below find it on the response: closures would give each response a hidden
 * class, and the entries of a `WeakMap` cost the garbage collector more than the property.
 */
const key: unique symbol = Symbol.for('sojourn.node.reported/1')

/**
 * That a response has ended, as Node has it: but not by its field `finished`, because a server that closes takes a
 * connection whose response is finished for idle, and cuts it.
 */
const writableEnded: PropertyDescriptor = {
  configurable: true,
  get(this: FieldResponse) {
    return this[key]?.hasEnded() ?? this.finished
  },
}

const writableNeedDrain: PropertyDescriptor = {
  configurable: true,
  get(this: FieldResponse) {
    const reported = this[key]
    if (reported) return reported.needsDrain() && !reported.hasEnded()
    return Reflect.get(Object.getPrototypeOf(this), 'writableNeedDrain', this)
  },
}

class FieldOverride implements SentOverride {
  readonly #response: FieldResponse
  readonly #head: NodeFields['_header']
  readonly #status: StatusLine
  readonly #reported: ReportedState

  constructor(response: FieldResponse, head: NodeFields['_header'], reported: ReportedState) {
    this.#response = response
    this.#head = head
    this.#status = statusOf(response)
    this.#reported = reported
  }

  markWritten(): void {
    this.#report('writableNeedDrain', writableNeedDrain)
  }

  markEnded(): void {
    this.#report('writableEnded', writableEnded)
  }

  restore(): void {
    this.#response[key] = undefined
    this.#response._header = this.#head
    Object.assign(this.#response, this.#status)
  }

  #report(name: string, property: PropertyDescriptor): void {
    this.#response[key] = this.#reported
    if (!Object.hasOwn(this.#response, name)) Object.defineProperty(this.#response, name, property)
  }
}
