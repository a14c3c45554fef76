export { type BackendSuiteOptions, backendSuite } from './backend-suite.ts'
export {
  type Entries,
  type ReferenceOptions,
  type ReferenceRules,
  referenceBackend,
} from './reference-backend.ts'
