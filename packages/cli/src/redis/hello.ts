/** What a server says of itself to every user. */
export interface Hello {
  /** `redis` or `valkey`. */
  readonly server: string
  /** Such as `7.0.15`. */
  readonly version: string
  readonly mode: 'standalone' | 'cluster' | 'sentinel'
}

/** Asks a server what it is: by `HELLO`, or by `INFO` where that is missing, before Redis 6 or renamed. */
export async function askHello(command: (...args: string[]) => Promise<unknown>): Promise<Hello> {
  try {
    return readHello(await command('HELLO'))
  } catch (error) {
    if (!(error instanceof Error && /unknown command/i.test(error.message))) throw error
    return readInfo(String(await command('INFO', 'server')))
  }
}

/** RESP 2 has the fields as a list of names and values. */
function readHello(reply: unknown): Hello {
  const list = Array.isArray(reply) ? reply.map(String) : []
  const field = (name: string) => list[list.indexOf(name) + 1] ?? ''
  return { server: field('server'), version: field('version'), mode: modeOf(field('mode')) }
}

function readInfo(info: string): Hello {
  const field = (name: string) => info.match(new RegExp(`^${name}:(.*?)\r?$`, 'm'))?.[1] ?? ''
  return { server: 'redis', version: field('redis_version'), mode: modeOf(field('redis_mode')) }
}

function modeOf(text: string): Hello['mode'] {
  return text === 'cluster' || text === 'sentinel' ? text : 'standalone'
}
