import { SessionUsageError } from '@sojourn/core'
import { secretFromFile } from '@sojourn/core/secrets'

/**
 * Returns a function that reads the password on the first line of a file each time it is called, for a client that asks for it
 * with each new connection: so a password that has changed is used without a restart. If the file is empty or cannot be read,
 * as while it is being replaced, the function returns the password from before.
 * @throws SessionUsageError `ERR_SECRET_WEAK` if the file is empty or cannot be read now.
 */
export function passwordReader(path: string): () => string {
  let latest = passwordIn(path)
  return () => {
    try {
      latest = passwordIn(path)
    } catch {
      // The server refuses a password that is too old, and the client connects again.
    }
    return latest
  }
}

function passwordIn(path: string): string {
  const password = secretFromFile(path)
    .split(/[\r\n]+/)
    .find((line) => line !== '')
  if (password !== undefined) return password
  throw new SessionUsageError(
    'ERR_SECRET_WEAK',
    `The password file ${path} is empty. Check that the password of Redis is mounted there.`,
  )
}
