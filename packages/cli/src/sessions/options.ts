import type { Command } from 'commander'
import { addRedisCommand, type RedisOptions } from '../options.ts'

/** The options by which a command finds the keys of an application. */
export interface KeyOptions {
  readonly secretFile?: string
  readonly indexKeyFile?: string
  readonly cookieName: string
  readonly namespace?: string
}

/** The options of every command that works on sessions. */
export interface SessionOptions extends RedisOptions, KeyOptions {}

/** Adds the options for the keys of an application. */
function addKeyOptions(command: Command): Command {
  return command
    .option(
      '--secret-file <file>',
      "the application's secret, in one line each if there are several",
    )
    .option('--index-key-file <file>', 'its indexKey, if it has one')
    .option('--cookie-name <name>', 'the name of its cookie', '__Host-sid')
    .option('--namespace <name>', 'its namespace, if it has one')
}

/** Adds a command that works on the sessions of an application. */
export function addSessionCommand(program: Command, name: string, description: string): Command {
  return addKeyOptions(addRedisCommand(program, name, description))
}
