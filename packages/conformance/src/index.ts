export type { Report, Result } from './report.ts'
export { createScheduler, type Scheduler } from './scheduler.ts'
export {
  type Case,
  createSuite,
  type Definition,
  ended,
  type NotOffered,
  type Runner,
  register,
  runSuite,
  type Suite,
  type SuiteParts,
} from './suite.ts'
