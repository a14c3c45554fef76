import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { isMaster, perServer } from '../per-server.ts'
import type { Fields, State } from '../state.ts'

/**
 * What a restart does to sessions: all are lost, or the state on disk comes back, with sessions that have ended since.
 * @see docs/how-to/run-redis-for-sessions.md#server
 */
export function checkPersistence({ servers }: State): Finding[] {
  return perServer('persistence', servers.filter(isMaster), ({ info, config = {}, rights }) => {
    if (!info) return []
    const hasAof = info['aof_enabled'] === '1'
    const replay = hasAof && rights?.canReplay === false ? [cannotReplay] : []
    return [...failures(info), ...replay, judge(info, config)]
  })
}

/** @see https://github.com/redis/redis/pull/14545, which corrects it in the newest releases. */
const cannotReplay = wrong(
  'The user default may not write sessions: when Redis starts, it skips the transactions in its append-only file, and sessions that ' +
    'have ended live again.',
  'ACL SETUSER default off ~* &* +@all, and the same in the ACL file: nobody can log in as it all the same.',
)

function failures(info: Fields): Verdict[] {
  const disk = 'See the log of Redis and the space on its disk.'
  const failed = [
    [
      'aof_last_write_status',
      'The last write to the append-only file failed: Redis refuses to save sessions.',
    ],
    [
      'aof_last_bgrewrite_status',
      'The last rewrite of the append-only file failed: it grows until the disk is full.',
    ],
    [
      'rdb_last_bgsave_status',
      'The last snapshot failed: Redis refuses to save sessions (stop-writes-on-bgsave-error).',
    ],
  ] as const
  return failed.flatMap(([field, message]) => (info[field] === 'err' ? [wrong(message, disk)] : []))
}

function judge(info: Fields, config: Fields): Verdict {
  const hasAof = info['aof_enabled'] === '1'
  const { appendfsync, save } = config
  const on = 'CONFIG SET appendonly yes, and the same in redis.conf.'
  if (hasAof && appendfsync === 'no')
    return advice(
      'The append-only file is synced when the system likes: a crash brings back sessions that ended up to 30 s before.',
      'CONFIG SET appendfsync everysec, or always, which never undoes a logout.',
    )
  if (hasAof)
    return ok(`An append-only file is written (appendfsync ${appendfsync ?? 'not known'}).`)
  if (save === undefined)
    return advice('There is no append-only file; whether there are snapshots is not known.', on)
  if (save !== '')
    return advice(
      `Only snapshots are written, the last ${age(info['rdb_last_save_time'])} ago: a restart brings back sessions that ended since, and loses newer ones.`,
      on,
    )
  return advice('Nothing is written to disk: a restart of Redis logs everybody out.', on)
}

/** Returns how long ago a time in epoch seconds was, in the largest unit that fits. */
function age(time: string | undefined): string {
  const seconds = Math.max(0, Date.now() / 1_000 - Number(time ?? 0))
  if (seconds < 120) return `${seconds.toFixed(0)} s`
  return seconds < 7_200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3_600).toFixed(0)} h`
}
