import { referenceBackend } from '@sojourn/conformance/backend'

/** Conforms. */
export const open = () => referenceBackend()
export const realTimeMs = false
