import { abortMutants } from './aborts.ts'
import { claimMutants } from './claims.ts'
import { endMutants } from './ends.ts'
import { groupMutants } from './groups.ts'
import type { Mutant } from './mutant.ts'
import { pageMutants } from './pages.ts'
import { prefixAndTimerMutants } from './prefixes-and-timers.ts'
import { raceMutants } from './races.ts'
import { ruleMutants } from './rules.ts'
import { settleMutants } from './settling.ts'
import { sweepMutants } from './sweepers.ts'
import { troubleMutants } from './trouble.ts'
import { writeMutants } from './writes.ts'

/** Backends that are wrong in one way each. */
export const backendMutants: readonly Mutant[] = [
  ...ruleMutants,
  ...writeMutants,
  ...raceMutants,
  ...endMutants,
  ...groupMutants,
  ...claimMutants,
  ...settleMutants,
  ...prefixAndTimerMutants,
  ...troubleMutants,
  ...sweepMutants,
  ...pageMutants,
  ...abortMutants,
]
