import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { SessionUsageError } from '@sojourn/core'
import { rollingSecret } from '@sojourn/core/secrets'
import type { Command } from 'commander'
import { exitStatus } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { addOutputOptions } from '../options.ts'
import { createOutput, type OutputOptions } from '../output/output.ts'
import { readLines } from '../sessions/read-keys.ts'

interface SecretOptions extends OutputOptions {
  readonly check?: string
}

/** What is to be said of a secret file, none of it the secret. */
interface SecretReport {
  readonly file: string
  readonly secrets: readonly {
    readonly line: number
    readonly characters: number
    readonly bits: number
  }[]
  /** What makes it unusable. */
  readonly wrong: readonly string[]
  /** What would be better. */
  readonly advice: readonly string[]
}

const secretBytes = 32

/** Adds `sojourn secret`, which makes a secret, or checks a file with one. */
export function addSecret(program: Command, invocation: Invocation): void {
  const command = program
    .command('secret')
    .description('Make a secret of 32 random bytes, or check a file with one.')
    .option('--check <file>', 'say whether the file is good; nothing of the secret is shown')
  addOutputOptions(command).action(({ check, ...format }: SecretOptions) => {
    const output = createOutput(invocation.stdout, format)
    if (check === undefined) {
      const secret = randomBytes(secretBytes).toString('base64url')
      return output.isJson ? output.json({ secret }) : output.raw(secret)
    }
    const report = checkSecretFile(check)
    const { secrets, wrong, advice } = report
    if (wrong.length > 0) invocation.status = exitStatus.wrong
    else if (advice.length > 0) invocation.status = exitStatus.advice
    if (output.isJson) return output.json(report)
    for (const text of wrong) output.line({ text, style: 'wrong' })
    for (const text of advice) output.line({ text, style: 'advice' })
    for (const { line, characters, bits } of secrets)
      output.line(`Line ${line}: ${characters} characters, at most ${bits} random bits.`)
    if (wrong.length === 0) output.line({ text: `${check} can be used.`, style: 'ok' })
  })
}

function checkSecretFile(file: string): SecretReport {
  const lines = readLines(file, '--check')
  const { mode } = statSync(file)
  return {
    file,
    secrets: lines.map((text, at) => ({
      line: at + 1,
      characters: text.length,
      bits: Math.floor(text.length * Math.log2(alphabetOf(text))),
    })),
    wrong: flawsOf(file),
    advice: [
      ...(mode & 0o007 ? [`Every user of this machine can read ${file}: chmod 400 ${file}`] : []),
      ...(mode & 0o020 ? [`The group of ${file} can change it: chmod g-w ${file}`] : []),
      ...(lines.some((text) => text !== text.trim())
        ? ['A line begins or ends with a blank, which is part of the secret. Is it meant to be?']
        : []),
    ],
  }
}

/** Returns what `rollingSecret` refuses, which judges each line as an application would. */
function flawsOf(file: string): readonly string[] {
  try {
    rollingSecret(file)
    return []
  } catch (error) {
    if (error instanceof SessionUsageError) return [error.message]
    throw error
  }
}

/** Returns how many different characters a text of this kind could have in each place. */
function alphabetOf(text: string): number {
  if (/^[0-9]+$/.test(text)) return 10
  if (/^[0-9a-f]+$/i.test(text)) return 16
  if (/^[\w+/=-]+$/.test(text)) return 64
  return 94
}
