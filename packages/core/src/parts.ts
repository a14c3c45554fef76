// For those who implement SessionStore itself, without a backend: what keyedStore is made of.
export { checkSize } from './data.ts'
export { type GuardedBackend, guardBackend } from './guard.ts'
export { descendsFrom, type Lineage, nextLineage } from './keyed-rows.ts'
export { decodeData, sameBytes } from './merge.ts'
export { createRecord, rotateRecord } from './record.ts'
export { fromTuple, toTuple } from './record-tuple.ts'
export { expiryOf, isTouchDue } from './timeouts.ts'
export { isId, mintId, mintVersion } from './token.ts'
