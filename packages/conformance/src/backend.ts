export { type BackendSuiteOptions, backendSuite } from './backend-suite.ts'
export { type Entries, type ReferenceOptions, referenceBackend } from './reference-backend.ts'
export type { ReferenceRules } from './reference-rules.ts'
