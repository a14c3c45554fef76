export { type DeviceBoundOptions, deviceBound } from './device-bound.ts'
