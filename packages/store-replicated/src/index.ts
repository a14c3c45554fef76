export type { InstanceFailure } from './instance.ts'
export type { Instances, ReplicatedOptions } from './options.ts'
export type { RepairReport } from './repair.ts'
export {
  type InstanceStatus,
  type ReplicatedBackend,
  replicatedBackend,
} from './replicated-backend.ts'
export { type ReplicatedStoreOptions, replicatedStore } from './replicated-store.ts'
