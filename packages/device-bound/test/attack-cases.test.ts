import { memoryStore } from '@sojourn/store-memory'
import { proveDeviceBinding } from './cases.ts'

proveDeviceBinding(memoryStore)
