// The entry point of applications that keep their secrets in files. Apart from the main one, because it reads files and
// watches the time: a runtime without a file system need not load it.

export { type RollingSecretOptions, rollingSecret } from './record/rolling-secret.ts'
export type { RollingSecret, RollListener } from './record/secret.ts'
export { secretFromFile } from './record/secret-file.ts'
