/**
 * The passwords that seals are made with, by their ids. Apart from what uses iron-webcrypto, because declarations of CommonJS may
 * not refer to a package of ES modules.
 */
export type Passwords = Readonly<Record<string, string>>
