import type { Command } from 'commander'
import { describeRow, describeStored } from '../decode/describe-stored.ts'
import { type Decoded, describeToken } from '../decode/describe-token.ts'
import { type Inside, openInside } from '../decode/inside.ts'
import { readInput } from '../decode/read-input.ts'
import { unquote } from '../decode/unquote.ts'
import { exitStatus } from '../exit-status.ts'
import { Failure, usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { createOutput, type Output } from '../output/output.ts'
import { connectStore } from '../redis/connect-store.ts'
import { reach } from '../redis/reach.ts'
import { readTarget } from '../redis/read-target.ts'
import { dataText } from '../sessions/data-text.ts'
import { addSessionCommand, type SessionOptions } from '../sessions/options.ts'
import { timeAndSpan } from '../sessions/times.ts'

interface DecodeOptions extends SessionOptions {
  readonly file?: string
  readonly key?: string
}

/** Adds `sojourn decode`, which explains a cookie, a token or a stored value. */
export function addDecode(program: Command, invocation: Invocation): void {
  addSessionCommand(
    program,
    'decode',
    'Explain a cookie, a token, or a value of Redis: from stdin, a file, or a key. It never shows the secret part of a token.',
  )
    .option('--file <file>', 'a file with the cookie, the token or the value')
    .option('--key <key>', 'the key of a session in Redis, such as sojourn:{…}:…')
    .action(async (urls: readonly string[], options: DecodeOptions) => {
      if (urls.some((url) => !url.includes('://'))) throw givenAsArgument()
      const inside = openInside(options)
      const decoded =
        options.key === undefined
          ? await decodeInput(await readInput(options.file, invocation), options, inside)
          : [await decodeKey(options.key, { urls, options, inside, invocation })]
      if (decoded.some(({ isWrong }) => isWrong)) invocation.status = exitStatus.wrong
      const output = createOutput(invocation.stdout, options)
      if (output.isJson) return output.json(decoded)
      for (const [at, each] of decoded.entries()) {
        if (at > 0) output.line()
        print(output, each)
      }
    })
}

function givenAsArgument(): Failure {
  return usageFailure(
    'What is to be decoded is refused on the command line: every user of this machine can read it there.',
    'Pipe it in, or give --file FILE. If it was the token of a session that is alive, end that: the history of the shell has it too.',
  )
}

/** What is no text is a value of Redis: its times are doubles. So is a text in quotes, as redis-cli prints it. */
async function decodeInput(
  input: Buffer,
  { cookieName }: DecodeOptions,
  inside: Inside,
): Promise<readonly Decoded[]> {
  const bytes = unquote(input) ?? input
  const stored = isText(bytes) ? undefined : describeStored(bytes, inside)
  if (stored) return [stored]
  const text = input
    .toString('latin1')
    .trim()
    .replace(/^(set-)?cookie:\s*/i, '')
  const cookie = text.includes('=') ? text : `${cookieName}=${text}`
  const tokens = await inside.tokensIn(cookie)
  const decoded = await Promise.all(tokens.map((token) => describeToken(token, inside)))
  const known = decoded.filter((each) => each !== undefined)
  if (known.length > 0) return known
  throw new Failure(
    exitStatus.wrong,
    'This is neither a cookie nor a token nor a stored value of Sojourn.',
    `A Cookie header needs a cookie named ${cookieName}: --cookie-name gives another name.`,
  )
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x0a || byte === 0x0d || (byte >= 0x20 && byte < 0x7f))
}

async function decodeKey(
  key: string,
  {
    urls,
    options,
    inside,
    invocation,
  }: {
    urls: readonly string[]
    options: DecodeOptions
    inside: Inside
    invocation: Invocation
  },
): Promise<Decoded> {
  const { prefix } = options
  const [, group, handle] = /^\{([\w-]{16})\}:([\w-]{22})$/.exec(key.slice(prefix.length)) ?? []
  if (!key.startsWith(prefix) || group === undefined)
    throw usageFailure(
      'This is not the key of a session.',
      `It begins with ${prefix}{ and ends with the handle; --prefix gives another prefix.`,
    )
  const reached = await reach(readTarget(urls, options, invocation.env), invocation)
  const backend = (await connectStore(reached, invocation)).backend({ prefix })
  const id = `${group}.${handle}`
  const found = await backend.find(id, { at: Date.now(), signal: invocation.signal })
  if (found) return describeRow(id, found, inside)
  throw new Failure(
    exitStatus.wrong,
    'There is nothing at this key.',
    'Its session has expired, or never was.',
  )
}

function print(output: Output, { what, parts, data }: Decoded): void {
  const now = Date.now()
  output.line({ text: what, style: 'strong' })
  output.table({
    rows: parts.map((part) => [
      { text: part.name, style: 'quiet' },
      'at' in part ? timeAndSpan(part.at, now) : String(part.value),
      { text: part.note ?? '', style: 'quiet' },
    ]),
  })
  if (data === undefined) return
  output.line({ text: 'data', style: 'quiet' })
  output.block(dataText(data))
}
