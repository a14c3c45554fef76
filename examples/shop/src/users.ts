/** A few built-in users. Their passwords are no secret: the sign-in page shows them. */
import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export interface User {
  readonly id: string
  /** What to type when signing in. */
  readonly login: string
  readonly name: string
  readonly password: string
}

export const users: readonly User[] = [
  { id: 'user-1', login: 'ada', name: 'Ada Lovelace', password: 'analytical' },
  { id: 'user-2', login: 'grace', name: 'Grace Hopper', password: 'nanosecond' },
  { id: 'user-3', login: 'alan', name: 'Alan Turing', password: 'bletchley' },
]

/** The users' e-mail addresses by the user's id. */
export function createEmails(): Map<string, string> {
  return new Map(users.map(({ id, login }) => [id, `${login}@example.org`]))
}

/** The user of a session's `userId`. */
export function findUser(id: string | undefined): User | undefined {
  return users.find((user) => user.id === id)
}

/** The user whom a name and a password belong to; `undefined` when either is wrong. */
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

/** For names that nobody has, so that trying one takes as long as trying a password. */
const nobody = createCredential('')

function createCredential(password: string): Credential {
  const salt = randomBytes(16)
  return { salt, hash: scryptSync(password, salt, 32) }
}
