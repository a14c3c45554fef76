/** What examples use to start programs too. This entry imports no test runner. */
export { makeCertificates } from './certificates.ts'
export { freePort } from './free-port.ts'
export { killWithParent } from './kill-with-parent.ts'
export { until } from './until.ts'
