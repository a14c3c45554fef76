import { abortCases } from './backend-cases/aborts.ts'
import { bytesCases } from './backend-cases/bytes.ts'
import { clockCases } from './backend-cases/clocks.ts'
import { endCases } from './backend-cases/ends.ts'
import { evictionOrderCases } from './backend-cases/eviction-order.ts'
import { expiryCases } from './backend-cases/expiry.ts'
import { idCases } from './backend-cases/ids.ts'
import { insertCases } from './backend-cases/insert.ts'
import { leakCases } from './backend-cases/leaks.ts'
import { limitCases } from './backend-cases/limit.ts'
import { limitCountCases } from './backend-cases/limit-counts.ts'
import { limitRaceCases } from './backend-cases/limit-races.ts'
import { prefixCases } from './backend-cases/prefixes.ts'
import { processCases } from './backend-cases/processes.ts'
import { realTimeCases } from './backend-cases/real-time.ts'
import { removeCases } from './backend-cases/remove.ts'
import { removeGroupCases } from './backend-cases/remove-group.ts'
import { removeRaceCases } from './backend-cases/remove-races.ts'
import { scanCases } from './backend-cases/scan.ts'
import { sizeCases } from './backend-cases/sizes.ts'
import { timeCases } from './backend-cases/time.ts'
import { tombstoneCases } from './backend-cases/tombstone.ts'
import { troubleCases } from './backend-cases/trouble.ts'
import { writeCases } from './backend-cases/write.ts'
import { writeRaceCases } from './backend-cases/write-races.ts'
import type { BackendCase } from './backend-fixture.ts'

/** Every case of the backend suite, in the order of the clauses. */
export const backendCases: readonly BackendCase[] = [
  ...endCases,
  ...insertCases,
  ...writeCases,
  ...writeRaceCases,
  ...limitCases,
  ...limitCountCases,
  ...limitRaceCases,
  ...removeCases,
  ...tombstoneCases,
  ...removeGroupCases,
  ...removeRaceCases,
  ...bytesCases,
  ...expiryCases,
  ...timeCases,
  ...clockCases,
  ...realTimeCases,
  ...idCases,
  ...prefixCases,
  ...scanCases,
  ...troubleCases,
  ...sizeCases,
  ...processCases,
  ...leakCases,
  ...evictionOrderCases,
  ...abortCases,
].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
