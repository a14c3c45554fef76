import { setTimeout } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { openKeyboard } from '../output/keyboard.ts'
import { createOutput } from '../output/output.ts'
import { openScreen, type Screen } from '../output/screen.ts'
import { describeTarget } from '../redis/target.ts'
import { openSessions, type Sessions } from '../sessions/open-sessions.ts'
import { addSessionCommand, type SessionOptions } from '../sessions/options.ts'
import { sessionLines } from '../sessions/session-line.ts'
import { type Snapshot, takeSnapshot } from '../sessions/snapshot.ts'

interface TopOptions extends SessionOptions {
  readonly every: number
}

/** Scans take at most this share of the time, however many sessions there are. */
const restPerScan = 9

/** Adds `sojourn top`, which shows the sessions live. */
export function addTop(program: Command, invocation: Invocation): void {
  addSessionCommand(
    program,
    'top',
    'Watch the sessions live: how many, how many in use, and who is there now.',
  )
    .option('--every <seconds>', 'how often to look', parseSeconds, 2)
    .action(async (urls: readonly string[], options: TopOptions) => {
      const output = createOutput(invocation.stdout, options)
      if (!output.isJson && !invocation.stdout.isTTY)
        throw usageFailure(
          'top is for a terminal.',
          'Use sojourn stats, or give --json for one line per look.',
        )
      const sessions = await openSessions(urls, options, invocation)
      if (!output.isJson) return show(sessions, options, invocation)
      for (;;) {
        const { latest: _, ...numbers } = await takeSnapshot(sessions.manager, {
          keep: 0,
          signal: invocation.signal,
        })
        output.jsonLine(numbers)
        await rest(numbers, options, invocation.signal)
      }
    })
}

async function show(
  { manager, reached: { target } }: Sessions,
  options: TopOptions,
  invocation: Invocation,
): Promise<void> {
  const quit = quitSignal(invocation)
  const signal = AbortSignal.any([invocation.signal, quit])
  const screen = openScreen(invocation, options)
  const title = describeTarget(target)
  try {
    for (;;) {
      const snapshot = await takeSnapshot(manager, { keep: screen.rows(), signal })
      const draw = () => render(screen, snapshot, title)
      const stopDrawing = screen.onResize(draw)
      draw()
      await rest(snapshot, options, signal)
      stopDrawing()
    }
  } catch (error) {
    if (!quit.aborted) throw error
  }
}

/** Waits between two looks. It keeps the process running, even if Redis closes the connection: the next look tells. */
async function rest(
  { tookMs }: Pick<Snapshot, 'tookMs'>,
  { every }: TopOptions,
  signal: AbortSignal,
): Promise<void> {
  await setTimeout(Math.max(every * 1_000, restPerScan * tookMs), undefined, { signal })
}

/** Returns a signal that is aborted by the key `q`. */
function quitSignal(invocation: Invocation): AbortSignal {
  const controller = new AbortController()
  const keyboard = openKeyboard(invocation)
  const listen = async () => {
    while ((await keyboard?.next()) !== 'q');
    controller.abort()
  }
  if (keyboard) void listen()
  return controller.signal
}

function render(screen: Screen, snapshot: Snapshot, title: string): void {
  const { at, sessions, loggedIn, users, activeLately, createdLately, latest, tookMs } = snapshot
  const { head, lines } = sessionLines(screen.columns())
  screen.draw([
    { text: `sojourn top  ${title}`, style: 'strong' },
    `${sessions} sessions: ${loggedIn} of ${users} users, ${sessions - loggedIn} of visitors`,
    `in the last minute ${activeLately} in use, ${createdLately} new`,
    {
      text: `${new Date(at).toISOString().slice(11, 19)} UTC, read in ${(tookMs / 1_000).toFixed(1)} s. q or Ctrl-C ends.`,
      style: 'quiet',
    },
    '',
    ...head.map((text) => ({ text, style: 'quiet' as const })),
    ...latest.flatMap((session) => lines(session, at)),
  ])
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= 0.1 && seconds <= 3_600) return seconds
  throw new InvalidArgumentError('Give seconds, 0.1 to 3600.')
}
