import type { KeyObject } from 'node:crypto'
import type { RollListener } from '../record/secret.ts'
import type { ManagerContext } from '../session/state.ts'

const nameBytes = 6

/** Returns the listener that makes events and warnings of what happens to the manager's rolling secret. */
export function createRollReport({
  config: { keyring, warn },
  emit,
}: Pick<ManagerContext, 'config' | 'emit'>): RollListener {
  const keys = keyring.deriveShared('secret-name')
  return {
    changed() {
      const verifiers = keys().map(nameOf)
      const [signer = ''] = verifiers
      emit('secretsChanged', { signer, verifiers })
    },
    signerGone: (path) =>
      warn(
        `The secret file ${path} no longer lists the secret that signs. This process keeps it for its time, but one that starts now refuses ` +
          'its tokens and logs their users out. Put it back on the second line; if it has leaked, restart all processes instead.',
      ),
    refused(error) {
      emit('secretsRefused', { error })
      warn(`${error.message} The secrets from before stay in use.`)
    },
  }
}

function nameOf(key: KeyObject): string {
  return key.export().toString('base64url', 0, nameBytes)
}
