import { type Command, Option } from 'commander'
import type { OutputOptions } from './output/output.ts'

/** The options of every command that works on Redis. */
export interface RedisOptions extends OutputOptions {
  readonly cluster?: boolean
  /** The name of the master. */
  readonly sentinel?: string
  readonly prefix: string
  readonly username?: string
  readonly passwordFile?: string
  readonly tlsCa?: string
  /** Only there to be refused. */
  readonly password?: string
}

/** The prefix that the stores use if nothing else is said. */
export const defaultPrefix = 'sojourn:'

/** Adds the options that every command has. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON, for programs')
    .option('--no-color', 'print no colours; NO_COLOR does the same')
}

/**
 * Adds a command that works on Redis to the program, with the URLs and options that these have in common. With `prefix`, what
 * the help says of `--prefix`, that option is not of Sojourn's stores and has no default.
 */
export function addRedisCommand(
  program: Command,
  name: string,
  description: string,
  { prefix }: { prefix?: string } = {},
): Command {
  const command = program
    .command(name)
    .description(description)
    .argument(
      '[url...]',
      'redis://[user@]host[:port][/database], or rediss:// for TLS; $REDIS_URL if none is given',
    )
    .option('--cluster', 'the URLs are nodes of a Cluster')
    .option('--sentinel <name>', 'the URLs are Sentinels, which know the master by this name')
    .option(
      '--prefix <prefix>',
      prefix ?? 'the prefix of the keys, as the store has it',
      prefix === undefined ? defaultPrefix : undefined,
    )
    .option('--username <name>', 'the ACL user')
    .option(
      '--password-file <file>',
      'a file with the password; else $REDIS_PASSWORD, or it is asked for',
    )
    .option('--tls-ca <file>', 'the certificate, PEM, of the authority that signed that of Redis')
    .addOption(new Option('--password <password>').hideHelp())
  return addOutputOptions(command)
}
