/** What each clause and promise demands, by the part of a case's id before the dot. */
const demands: Readonly<Record<string, string>> = {
  B1: 'Clause 1: outcomes are return values. A rejection means that the backend is in trouble, and carries the cause; it is never told as a session that is not there, and repeats no value.',
  B2: 'Clause 2: insert never overwrites; replace and touch never create. Each is one atomic step. An insert whose version is already there returns inserted and evicts nothing. touch writes only if version and touchedAt are the expected ones. With a limit, the live rows of the group are counted and room is made in the same step: evict ends those that would expire first, refuse inserts nothing.',
  B3: 'Clause 3: remove, eviction and removeGroup leave a tombstone in the same step, remove also where no row was. For 60 s a tombstone is gone to every operation but find: it is not listed, counted, touched, replaced, inserted over or prolonged. A second remove keeps its reason and time.',
  B4: 'Clause 4: find returns an isolated copy. Bytes in are bytes out, 0 to 1 MiB, every byte value.',
  B5: 'Clause 5: a row at or past expiresAt is never returned, listed or counted, as judged by the at of the call. Its space is freed without it being read again, and not before. A row written with an end in the past is gone at once.',
  B6: 'Clause 6: ids are opaque but for the group before the first dot. They are compared byte for byte. None escapes the prefix or matches as a pattern.',
  B7: "Clause 7: two prefixes on one database never see each other's rows, a: and a:b: included.",
  B8: 'Clause 8: every operation settles, and rejects at once when the connection is not ready. It checks its signal before each command, and sends nothing after the deadline. close may be called twice, and leaves nothing running.',
  B9: 'Clause 9: supports is false for what the backend cannot do. What it claims, it does: list and scan return each live row once, however many there are, and whatever ends meanwhile.',
  P0: 'supports of the store is what the suite was told.',
  P1: 'Nothing comes back: what ended, by a logout, a revocation, an eviction or its time, is never readable again.',
  P2: 'Nothing is lost: parallel requests that change different keys keep all changes, and update(fn) loses none.',
  P3: 'Nobody is logged out by the rotation by age: neither parallel requests nor lost or late responses end a session.',
  P4: 'An elevation cuts clean: after login, re-authentication or rotate() the old token opens nothing, and a request that began before it cannot write.',
  P5: 'The store cannot log anyone in: nothing in it works as a cookie.',
  P6: 'Rubbish costs nothing: a forged or malformed token is refused before the store is asked.',
  P7: 'Reading is cheap: an existing session is one operation, and within touchInterval readers write nothing.',
  P8: 'Trouble is not absence: a store that is down or slow is an error with a code, never a missing session, and no cookie changes.',
  P9: "Limits are server-side: maxAge and absoluteTimeout are judged by the manager's clock from what is stored.",
  P10: "A user's index misses no live session: limits hold under parallel logins, and revokeAll misses none.",
  P11: 'Retries are safe: a write whose reply was lost is applied once.',
  P12: 'A cookie leaves only for cause, and no late response overwrites that of a login.',
  P13: 'A thief is noticed: whoever uses a token after its successor was used is out, and an event says so.',
  P14: 'Boundaries hold: a token, a list and a limit belong to one namespace and one user.',
  H1: 'The commit ends before the first byte of the response leaves.',
  H2: 'A commit that fails fails the response: nobody is told 200 for a lost write.',
  H3: "The binding keeps the application's headers and cookies, and adds its own once.",
  H4: 'A store in trouble is answered 503, and several managers do not disturb each other.',
  H5: 'Guards refuse before the handler runs.',
  H6: 'Requests from other sites are refused.',
  H7: 'An upgrade can read the session and watch it.',
  H8: 'A handler that throws leaves the session as the binding says.',
  H9: 'A passive request does not prolong the session.',
  H10: 'The binding gives what a fingerprint is made from.',
  H11: 'The binding answers the routes of device bindings before the application.',
}

/** Returns what the clause or promise of a case demands. */
export function demandOf(caseId: string): string | undefined {
  return demands[caseId.split('.', 1).join('')]
}
