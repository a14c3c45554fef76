export {
  type DualOptions,
  type SessionXOptions,
  sessionXSource,
} from './sources/sessionx/sessionx-source.ts'
export type { WritingClient } from './sources/sessionx/shared-records.ts'
