/** The secrets of a deployment, one file each, with the names that compose.yaml, stack.yaml and kubernetes/ use. */
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCertificates } from '@sojourn/redis-lab/processes'

/**
 * Writes new secrets into a folder that only its owner may enter: `session_secret`, `session_index`,
 * `redis_password`, `tls_certificate`, `tls_key`, and
 * `tls_ca`, which clients must trust because no authority has signed it. The files can be read by all, because Compose mounts them
 * as they are and the users in the containers are others.
 * @throws Error `EEXIST` if one of the files exists: it may be in use.
 */
export async function makeSecrets(folder: string): Promise<void> {
  const { ca, certificate, key } = await makeCertificates()
  const random = () => randomBytes(32).toString('base64url')
  const files = {
    session_secret: random(),
    session_index: random(),
    redis_password: random(),
    tls_certificate: certificate,
    tls_key: key,
    tls_ca: ca,
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), `${text}\n`, { mode: 0o444, flag: 'wx' })
}
