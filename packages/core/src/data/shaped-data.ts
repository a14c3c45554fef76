import type { SessionDataError } from '../errors.ts'
import type { Codec } from './codec.ts'
import type { DataShape, ShownData, StoredData } from './data-shape.ts'
import type { DataTracker } from './data-tracker.ts'
import { type DataObject, decodeData, sameBytes } from './decode.ts'
import { layChanges } from './lay-changes.ts'
import { haveSameOwn, libraryOf } from './library-keys.ts'
import { Misfit, misfitError, refusedWrite } from './misfit.ts'
import { removePrototypes } from './prototypes.ts'
import { TrackedData } from './tracked-data.ts'

/** What the data of one session is read by. */
export interface ShapedBy {
  readonly shape: DataShape
  readonly codec: Codec
  /** Reports stored data that does not fit, once. */
  readonly onMisfit: (misfit: Misfit, version: number) => void
}

/** The same data as the handler sees it, and as it is stored. */
interface Laid {
  readonly shown: Uint8Array
  readonly stored: StoredData
}

/**
 * `session.data` where a schema or migrations apply. What is stored and what the handler sees are two things:
 *
 *     stored ──upgrade──▶ stored in this version's form ──show──▶ view, which the handler changes
 *                                   ▲                              │
 *                                   └──── lay: only the changes ───┘
 *
 * A change is laid, key by key, upon what is stored. So what the schema leaves out stays: the keys of another
 * version. And what it adds, such as a default, is not a change. The view is made when the handler first asks for the data.
 */
export class ShapedData implements DataTracker {
  readonly #by: ShapedBy
  /** What is in the store, as far as is known; upgraded once there is a view. */
  #base: StoredData
  /** What is stored if the handler changes nothing of what it sees. */
  #stored: StoredData
  /** True if `#stored` does not fit. The first change then drops it, but for the keys of Sojourn. */
  #isUnfit = false
  /** True if the handler has replaced what does not fit, be it by nothing. */
  #isReplaced = false
  /** `#stored`, decoded, until there is a view. */
  #decoded: DataObject | undefined
  #view: TrackedData | undefined
  /** The last result of laying changes. */
  #laid: Laid | undefined
  #error: SessionDataError | undefined

  /** Tracks stored data, which is known to be decodable; `decoded` is its decoded form, if there is one. */
  constructor(by: ShapedBy, stored: StoredData, decoded?: DataObject) {
    this.#by = by
    this.#base = stored
    this.#stored = stored
    this.#decoded = decoded
  }

  /** @throws SessionDataError if the data does not fit, and the options say so. */
  value(): DataObject {
    if (this.#error) throw this.#error
    return this.#open().value()
  }

  /** @throws SessionDataError `ERR_SESSION_DATA_NEWER`; data that does not fit is replaced. */
  replace(data: object): void {
    if (this.#error?.code === 'ERR_SESSION_DATA_NEWER') throw this.#error
    this.#open(true).replace(data)
    this.#isReplaced = this.#isUnfit
    this.#laid = undefined
    this.#error = undefined
  }

  base(): Uint8Array {
    return this.#base.bytes
  }

  /**
   * @throws SessionDataError `ERR_SESSION_DATA_INVALID` in development, if a change does not fit the schema;
   * `ERR_SESSION_DATA_NEWER` if a list of a newer version was changed, of which the schema leaves something out.
   */
  bytes(): Uint8Array {
    return this.#current().bytes
  }

  version(): number {
    return this.#current().version
  }

  overwrite(encoded: Uint8Array, version = 1): void {
    const now = { bytes: encoded, version }
    const view = this.#view
    if (view) this.#adopt(this.#upgraded(now), view, view.bytes())
    else this.#stored = now
    this.#decoded = undefined
  }

  rebase(written: Uint8Array, sent: Uint8Array, version = 1): void {
    const view = this.#view
    const now = view ? this.#upgraded({ bytes: written, version }) : { bytes: written, version }
    const isTouch = sameBytes(sent, this.#stored.bytes) && sameBytes(now.bytes, sent)
    this.#base = now
    if (isTouch) {
      this.#stored = now
      return
    }
    if (view) {
      const sentView = this.#shownOf(sent)
      this.#adopt(now, view, sentView, sameBytes(now.bytes, sent) ? sentView : undefined)
    } else {
      this.#stored = now
      this.#decoded = undefined
    }
  }

  reset(): ShapedData {
    return new ShapedData(this.#by, this.#base)
  }

  /** Returns the view, made at the first call. `toReplace`: does not throw for data that does not fit. */
  #open(toReplace = false): TrackedData {
    if (this.#view) return this.#view
    const { codec, shape } = this.#by
    const decoded = this.#decoded && removePrototypes(this.#decoded)
    const isBase = this.#base === this.#stored
    const upgraded = shape.upgrade(this.#stored, codec)
    if (upgraded instanceof Misfit) return this.#openMisfit(upgraded, toReplace)
    const shown = shape.show(upgraded, codec, upgraded === this.#stored ? decoded : undefined)
    if (shown instanceof Misfit) return this.#openMisfit(shown, toReplace)
    this.#stored = upgraded
    this.#base = isBase ? upgraded : this.#upgraded(this.#base)
    return this.#show(shown)
  }

  /** Reports data that does not fit, and shows what a new session has and the keys of Sojourn, or throws. */
  #openMisfit(misfit: Misfit, toReplace: boolean): TrackedData {
    const { codec, shape, onMisfit } = this.#by
    if (!this.#error) onMisfit(misfit, this.#stored.version)
    const mustFail = misfit.why === 'newer' || (shape.onInvalidData === 'fail' && !toReplace)
    if (mustFail) {
      this.#error ??= misfitError(misfit)
      throw this.#error
    }
    this.#isUnfit = true
    const library = this.#library()
    const shown = shape.show(library, codec)
    return this.#show(shown instanceof Misfit ? { shown: library.bytes } : shown)
  }

  #show({ shown, decoded }: ShownData): TrackedData {
    this.#decoded = undefined
    this.#view = new TrackedData(this.#by.codec, shown, decoded)
    return this.#view
  }

  /** Returns what is to be stored: `#stored` itself if the handler has changed nothing. */
  #current(): StoredData {
    const view = this.#view
    if (!view) return this.#stored
    const shown = view.bytes()
    return shown === view.base() && !this.#isReplaced ? this.#stored : this.#lay(shown, view)
  }

  /** Lays what the handler has changed upon what is stored. */
  #lay(shown: Uint8Array, view: TrackedData): StoredData {
    if (this.#error) throw this.#error
    if (this.#laid?.shown === shown) return this.#laid.stored
    const { codec, shape } = this.#by
    const refused = shape.refuse(shown, codec)
    if (refused) throw refusedWrite(refused, decodeData(codec, shown))
    const base = view.base()
    const isDropped = this.#isUnfit && (this.#isReplaced || !haveSameOwn(base, shown, codec))
    const under = isDropped ? this.#library() : this.#stored
    const { bytes, lossy } = layChanges({ base, mine: shown, under: under.bytes }, codec)
    if (lossy.length > 0 && under.version > shape.version) throw lossOf(lossy)
    const stored = { bytes, version: under.version }
    this.#laid = { shown, stored }
    return stored
  }

  /** Returns what stays of data that does not fit. */
  #library(): StoredData {
    const { codec, shape } = this.#by
    return { bytes: libraryOf(this.#stored.bytes, codec), version: shape.version }
  }

  /** Makes other stored data the one that is seen. Of the view, keeps what was changed since `sentView`. */
  #adopt(now: StoredData, view: TrackedData, sentView: Uint8Array, nowView?: Uint8Array): void {
    const { codec } = this.#by
    this.#isUnfit &&= haveSameOwn(this.#upgraded(this.#stored).bytes, now.bytes, codec)
    this.#isReplaced &&= this.#isUnfit
    const seen = this.#isUnfit ? libraryOf(now.bytes, codec) : now.bytes
    const next = nowView ?? this.#shownOf(seen, now.version)
    this.#stored = now
    this.#laid = undefined
    view.rebase(next, sentView)
  }

  /** Returns the upgraded form; data that does not migrate as it is. */
  #upgraded(stored: StoredData): StoredData {
    const upgraded = this.#by.shape.upgrade(stored, this.#by.codec)
    return upgraded instanceof Misfit ? stored : upgraded
  }

  /**
   * Returns what the handler sees of stored data; all of it if it does not fit, such as changes of two requests that do not
   * go together. The next request finds that. Data of a newer version is an error from then on.
   */
  #shownOf(bytes: Uint8Array, version = this.#by.shape.version): Uint8Array {
    if (this.#laid?.stored.bytes === bytes) return this.#laid.shown
    if (this.#view && bytes === this.#stored.bytes) return this.#view.base()
    const shown = this.#by.shape.show({ bytes, version }, this.#by.codec)
    if (!(shown instanceof Misfit)) return shown.shown
    if (shown.why === 'newer') this.#error = misfitError(shown)
    return bytes
  }
}

/** The error of a change to lists of a newer version, of whose items this one does not see everything. */
function lossOf(paths: readonly string[]): SessionDataError {
  return misfitError(
    new Misfit(
      'newer',
      paths.map((path) => ({ path, message: '' })),
    ),
  )
}
