export { CaseFailure } from './failure.ts'
export type { OperationLog } from './operation-log.ts'
export type { NotOffered, Report, ReportOptions, Result } from './report.ts'
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
