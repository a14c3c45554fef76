export { type MigrationOptions, migrateStore } from './migrate-store.ts'
