export {
  type SealingKey,
  type SecureSessionOptions,
  secureSessionSource,
} from './sources/secure-session/secure-session-source.ts'
