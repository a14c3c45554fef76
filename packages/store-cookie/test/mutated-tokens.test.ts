import { test } from 'vitest'
import { assertNoMutationOpens, sealers } from './mutated-tokens.ts'

test.each(sealers)('10,000 mutated tokens: none opens and none throws, sealed by %s', (sealer) =>
  assertNoMutationOpens(sealer, 10_000),
)
