export {
  createTestCarrier,
  type TestCarrier,
  type TestCarrierOptions,
} from '@sojourn/core/testing'
export {
  allOperations,
  type BackendControl,
  type ControlledBackend,
  controlledBackend,
  createBackendControl,
  type FaultOptions,
  type Hold,
  type Interception,
  type Interceptor,
  type LostReplyOptions,
  type Operation,
  type Operations,
  writeOperations,
} from './backend-control.ts'
export { type Deferred, deferred } from './deferred.ts'
export { createJar, type Jar } from './jar.ts'
export { createVisitor, type PendingRequest, type TestData, type Visitor } from './visitor.ts'
