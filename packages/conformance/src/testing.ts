export {
  createTestCarrier,
  type TestCarrier,
  type TestCarrierOptions,
} from '@sojourn/core/testing'
export {
  type BackendControl,
  type ControlledBackend,
  controlledBackend,
  createBackendControl,
  type FaultOptions,
  type Hold,
  type Interception,
  type LostReplyOptions,
} from './backend-control.ts'
export {
  type Answer,
  type BoundBrowser,
  type RefreshOptions,
  signInBrowser,
} from './bound-browser.ts'
export { type Deferred, deferred } from './deferred.ts'
export {
  allOperations,
  type Interceptor,
  type Operation,
  type Operations,
  writeOperations,
} from './intercept-operations.ts'
export { createJar, type Jar } from './jar.ts'
export { passRealTime } from './real-time.ts'
export { TestDevice, type TestDeviceTerms, testDeviceProtocol } from './test-device.ts'
export { createVisitor, type PendingRequest, type TestData, type Visitor } from './visitor.ts'
