/** Three built-in users. Their passwords are not secret: the sign-in page shows them. */
import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export interface User {
  readonly id: string
  /** The name to sign in with. */
  readonly login: string
  readonly name: string
  readonly password: string
}

export const users: readonly User[] = [
  { id: 'user-1', login: 'ada', name: 'Ada Lovelace', password: 'analytical' },
  { id: 'user-2', login: 'grace', name: 'Grace Hopper', password: 'nanosecond' },
  { id: 'user-3', login: 'alan', name: 'Alan Turing', password: 'bletchley' },
]

/** Returns the e-mail addresses by the user's id. */
export function createEmails(): Map<string, string> {
  return new Map(users.map(({ id, login }) => [id, `${login}@example.org`]))
}

/** Returns the user of a session's `userId`. */
export function findUser(id: string | undefined): User | undefined {
  return users.find((user) => user.id === id)
}

/** Returns the user of a name and a password, or `undefined` if one of them is wrong. */
export async function authenticate(login: string, password: string): Promise<User | undefined> {
  const user = users.find((user) => user.login === login.trim().toLowerCase())
  const { salt, hash } = credentials.get(user?.id) ?? nobody
  const presented = await hashOf(password, salt)
  return timingSafeEqual(presented, hash) ? user : undefined
}

interface Credential {
  readonly salt: Buffer
  readonly hash: Buffer
}

const hashOf = (password: string, salt: Buffer) =>
  promisify<string, Buffer, number, Buffer>(scrypt)(password, salt, 32)

const credentials: ReadonlyMap<string | undefined, Credential> = new Map(
  users.map(({ id, password }) => [id, createCredential(password)]),
)

/** For unknown names: checking one takes as long as checking a password, so the time does not tell which names exist. */
const nobody = createCredential('')

function createCredential(password: string): Credential {
  const salt = randomBytes(16)
  return { salt, hash: scryptSync(password, salt, 32) }
}
