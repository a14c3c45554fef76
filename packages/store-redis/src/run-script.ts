import type { RedisArg, RedisCommand, RedisSend } from './driver.ts'
import type { Script } from './scripts.ts'

/** The keys and arguments of one script call. */
interface ScriptInput {
  /** Keys of one hash slot; the first selects the node. */
  readonly keys: readonly [string, ...string[]]
  readonly args: readonly RedisArg[]
  readonly call: RedisCommand['call']
}

/** Runs a script by `EVALSHA`, and by `EVAL` if the node does not have it in its script cache. */
export type RunScript = (script: Script, input: ScriptInput) => Promise<unknown>

/**
 * Creates a `RunScript`. If many calls find the script cache empty (a new server, a failover, `SCRIPT FLUSH`), one of
 * them sends the body; the others wait for it and retry. On a Cluster this happens once per node, because each node has
 * its own cache. Durable scripts use `sendDurably`.
 */
export function createRunScript({
  send,
  sendDurably,
}: Record<'send' | 'sendDurably', RedisSend>): RunScript {
  const loading = new Map<Script, Promise<void>>()

  return async function run(script, input): Promise<unknown> {
    try {
      return await sendFor(script)(command('EVALSHA', script.sha, input))
    } catch (error) {
      if (!isNoScript(error)) throw error
    }
    const load = loading.get(script)
    if (!load) return evaluate(script, input)
    await load
    input.call.signal.throwIfAborted()
    return run(script, input)
  }

  function sendFor({ isDurable }: Script): RedisSend {
    return isDurable ? sendDurably : send
  }

  /**
   * Sends the body by `EVAL`, which also puts it into the node's script cache. Other calls wait for this one until its
   * deadline at most: a node that never replies must not block the script for the other nodes.
   */
  function evaluate(script: Script, input: ScriptInput): Promise<unknown> {
    const { signal } = input.call
    signal.throwIfAborted()
    const reply = sendFor(script)(command('EVAL', script.body, input))
    const done = () => void loading.delete(script)
    loading.set(script, Promise.race([reply, aborted(signal)]).then(done, done))
    return reply
  }
}

function command(name: string, script: string, { keys, args, call }: ScriptInput): RedisCommand {
  const commandArgs = [name, script, String(keys.length), ...keys, ...args]
  return { args: commandArgs, key: keys[0], isWrite: true, call }
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
