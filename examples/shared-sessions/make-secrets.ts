/** Makes the secrets for Compose in the folder `secrets`, which is in .gitignore. */
import { join } from 'node:path'
import { makeSecrets } from './local/secrets.ts'

const folder = join(import.meta.dirname, 'secrets')

try {
  await makeSecrets(folder)
  console.log(
    `The secrets are in ${folder}. Let your browser trust tls_ca, or replace tls_certificate and tls_key.`,
  )
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  console.error(
    `There are secrets in ${folder} already, which may be in use. Remove them first if they are not.`,
  )
  process.exitCode = 1
}
