export { type MigrationOptions, migrateStore } from './migrate-store.ts'
export type {
  ForeignData,
  ForeignSession,
  ScannedSession,
  SessionSource,
  SourceCall,
  SourceOptions,
  UnreadableRecord,
  VerifiedCookie,
} from './sources/source.ts'
