import { referenceRules } from '../../src/reference-rules.ts'
import { breakRules, type Mutant } from './mutant.ts'

const { copy } = referenceRules

/** Backends with one wrong rule each. */
export const ruleMutants: readonly Mutant[] = [
  breakRules('forgets-expiry', {
    isLive: () => true,
    breaks: 'B2.16 B2.30 B3.9 B3.25 B5.1-18',
  }),
  breakRules('seconds-for-milliseconds', {
    isLive: (row, at) => at < row.touchedAt + (row.expiresAt - row.touchedAt) * 1_000,
    breaks: 'B2.16 B2.30 B3.9 B3.25 B5.1-10 B5.12-18',
  }),
  breakRules('expires-one-late', {
    isLive: (row, at) => at <= row.expiresAt,
    breaks: 'B2.16 B2.30 B3.9 B3.25 B5.1-11 B5.15-18',
  }),
  breakRules('asks-the-machine-for-the-time', {
    isLive: (row) => row.expiresAt > machineTime,
    breaks: 'B2.16 B2.30 B3.9 B3.25 B5.1-18',
  }),
  breakRules('shares-state', {
    copy: (row) => row,
    breaks: 'B4.7-12',
  }),
  breakRules('keeps-values-as-text', {
    copy: (row) => ({ ...copy(row), value: Buffer.from(Buffer.from(row.value).toString()) }),
    breaks: 'B4.1 B4.3',
  }),
  breakRules('keeps-one-prior-version', {
    copy: (row) => ({ ...copy(row), priorVersions: row.priorVersions.slice(0, 1) }),
    breaks: 'B2.1 B2.4 B2.13 B2.15 B3.1 B4.6',
  }),
  breakRules('replace-ignores-version', {
    mayReplace: () => true,
    breaks: 'B2.12-14 B2.21 B4.10',
  }),
  breakRules('replace-accepts-a-prior-version', {
    mayReplace: (row, expected) => [row.version, ...row.priorVersions].includes(expected),
    breaks: 'B2.13 B2.14 B2.21',
  }),
  breakRules('touch-ignores-version', {
    mayTouch: (row, expected) => row.touchedAt === expected.touchedAt,
    breaks: 'B2.18 B2.23',
  }),
  breakRules('touch-ignores-the-last-touch', {
    mayTouch: (row, expected) => row.version === expected.version,
    breaks: 'B2.19 B2.22',
  }),
  breakRules('tombstone-falls-early', {
    stands: (tombstone, at) => at < tombstone.at + 30_000,
    breaks: 'B3.10-13 B3.26 B5.18',
  }),
  breakRules('tombstone-stands-for-ever', {
    stands: () => true,
    breaks: 'B3.10-13 B3.15 B3.26',
  }),
]

const machineTime = Date.UTC(2026, 0, 1)
