import { referenceBackend } from '@sojourn/conformance/backend'

/** A module that the command `sojourn-conformance` tests. */
export const open = () => referenceBackend()
export const realTimeMs = false
