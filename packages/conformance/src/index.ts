export type { NotOffered, Report, Result } from './report.ts'
export { createScheduler, type Scheduler } from './scheduler.ts'
export {
  type Case,
  type CaseDefinition,
  createSuite,
  type Runner,
  register,
  runSuite,
  type Suite,
  type SuiteOptions,
  withTimeout,
} from './suite.ts'
