import { type Command, InvalidArgumentError, Option } from 'commander'
import { type AclUser, rulesFor } from '../acl-line.ts'
import type { Invocation } from '../invocation.ts'
import { addOutputOptions, defaultPrefix } from '../options.ts'
import { createOutput, type OutputOptions } from '../output/output.ts'
import { readPasswordFile } from '../read-files.ts'

interface AclOptions extends OutputOptions, Omit<AclUser, 'password'> {
  readonly passwordFile?: string
}

/** Adds `sojourn acl`, which prints the ACL line of a user with the rights that sessions need. It asks no Redis. */
export function addAcl(program: Command, { stdout, stderr }: Invocation): void {
  const command = program
    .command('acl')
    .description('Print the ACL line of a Redis user who may do what sessions need, and no more.')
    .option('--user <name>', 'the name of the user', 'sessions')
    .option('--prefix <prefix>', 'the prefix of the keys, as the store has it', defaultPrefix)
    .addOption(
      new Option('--client <library>', 'the client library of the application')
        .choices(['node-redis', 'ioredis'])
        .default('node-redis'),
    )
    .option('--cluster', 'for a Cluster: run the line on each member')
    .option('--database <number>', 'the database, if it is not 0', parseDatabase, 0)
    .option('--password-file <file>', 'a file with the password; the line has its SHA-256')
  addOutputOptions(command).action(({ passwordFile, json, color, ...user }: AclOptions) => {
    const password = passwordFile === undefined ? undefined : readPasswordFile(passwordFile)
    const rules = rulesFor({ ...user, ...(password !== undefined && { password }) })
    const line = ['user', user.user, ...rules].join(' ')
    const output = createOutput(stdout, { json, color })
    if (output.isJson) return output.json({ user: user.user, rules, line })
    output.raw(line)
    const notes = createOutput(stderr, { color })
    notes.line({ text: adviceFor(user.user, password), style: 'quiet' })
  })
}

function adviceFor(user: string, password: string | undefined): string {
  const where = `For the ACL file or redis.conf. At once: ACL SETUSER and the line from "${user}" on.`
  return password === undefined
    ? `${where} Nobody can log in before it has a password: give --password-file FILE, or add >… yourself.`
    : where
}

function parseDatabase(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a number, 0 to 15 on most servers.')
}
