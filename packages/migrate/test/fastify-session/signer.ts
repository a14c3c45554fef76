import { Signer } from '@fastify/cookie'

/** Returns an object that signs, as the option `secret` of `@fastify/session` takes it. */
export function createSigner(secret: string) {
  const signer = new Signer(secret)
  return {
    sign: (text: string) => signer.sign(text),
    unsign: (text: string) => signer.unsign(text),
  }
}
