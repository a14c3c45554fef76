import type { SessionSocket } from './socket-server.ts'

type Connection = SessionSocket['conn']

/** What is called when a connection closes. One listener for all, as Node warns of more than ten. */
const pending = new WeakMap<Connection, Set<() => void>>()

/** Calls `close` when the connection closes, or at once if it has. Returns a function that takes that back. */
export function onceClosed(conn: Connection, close: () => void): () => void {
  if (conn.readyState !== 'open') {
    close()
    return () => undefined
  }
  const all = pending.get(conn) ?? listenTo(conn)
  all.add(close)
  return () => void all.delete(close)
}

function listenTo(conn: Connection): Set<() => void> {
  const all = new Set<() => void>()
  pending.set(conn, all)
  conn.on('close', () => {
    for (const close of all) close()
  })
  return all
}
