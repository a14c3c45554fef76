import type { RedisArg, RedisCommand, RedisSend } from './driver.ts'
import type { Script } from './scripts.ts'

/** What a script is run on. */
interface ScriptCall {
  /** All of one slot; the first decides the node. */
  readonly keys: readonly [string, ...string[]]
  readonly args: readonly RedisArg[]
  readonly call: RedisCommand['call']
}

/** Runs a script by its name, and sends its body only where the node does not know it. */
export type RunScript = (script: Script, call: ScriptCall) => Promise<unknown>

/**
 * Of many calls that meet an empty script cache (a new server, a failover, `SCRIPT FLUSH`) one sends the body, and the
 * others wait for it and ask again. On a Cluster that may be once for each node, since each has a cache of its own.
 */
export function createRunScript({
  send,
  sendDurably,
}: Record<'send' | 'sendDurably', RedisSend>): RunScript {
  const loading = new Map<Script, Promise<void>>()

  return async function run(script, call): Promise<unknown> {
    try {
      return await sendFor(script)(command('EVALSHA', script.sha, call))
    } catch (error) {
      if (!isNoScript(error)) throw error
    }
    const load = loading.get(script)
    if (!load) return evaluate(script, call)
    await load
    call.call.signal.throwIfAborted()
    return run(script, call)
  }

  function sendFor({ isDurable }: Script): RedisSend {
    return isDurable ? sendDurably : send
  }

  /**
   * `EVAL` runs the script and leaves it in the cache of the node that ran it. Nobody waits longer for it than its own
   * deadline: a node that never answers must not keep the script from the others.
   */
  function evaluate(script: Script, call: ScriptCall): Promise<unknown> {
    const { signal } = call.call
    signal.throwIfAborted()
    const reply = sendFor(script)(command('EVAL', script.body, call))
    const done = () => void loading.delete(script)
    loading.set(script, Promise.race([reply, aborted(signal)]).then(done, done))
    return reply
  }
}

function command(name: string, script: string, { keys, args, call }: ScriptCall): RedisCommand {
  const words = [name, script, String(keys.length), ...keys, ...args]
  return { words, key: keys[0], isWrite: true, call }
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
