/**
 * The statements of a session backend in SQL, for SQLite and PostgreSQL alike. `NOW_MS` stands for the database's own time
 * in epoch milliseconds, and `:name` for a parameter.
 */
export const statements = {
  find: `select * from sessions where prefix = :prefix and id = :id`,

  insert: `insert into sessions
      (prefix, id, "group", version, prior_versions, touched_at, expires_at, value, made_at, gone_at)
    values (:prefix, :id, :group, :version, :priorVersions, :touchedAt, :expiresAt, :value,
      NOW_MS, NOW_MS + :ttl)
    on conflict (prefix, id) do update set version = excluded.version,
      prior_versions = excluded.prior_versions, touched_at = excluded.touched_at,
      expires_at = excluded.expires_at, value = excluded.value, ended = null, ended_at = null,
      made_at = excluded.made_at, gone_at = excluded.gone_at
    where sessions.expires_at <= :at or sessions.ended_at <= :at - cast(60000 as bigint)
    returning id`,

  replace: `update sessions set version = :version, prior_versions = :priorVersions,
      touched_at = :touchedAt, expires_at = :expiresAt, value = :value, gone_at = NOW_MS + :ttl
    where prefix = :prefix and id = :id and version = :expected and expires_at > :at
    returning id`,

  touch: `update sessions set touched_at = :touchedAt, expires_at = :expiresAt,
      gone_at = NOW_MS + :ttl
    where prefix = :prefix and id = :id and version = :version and touched_at = :expectedAt
      and expires_at > :at
    returning id`,

  end: `insert into sessions (prefix, id, "group", ended, ended_at, made_at, gone_at)
    values (:prefix, :id, :group, :reason, :at, NOW_MS, NOW_MS + 60000)
    on conflict (prefix, id) do update set ended = excluded.ended, ended_at = excluded.ended_at,
      gone_at = excluded.gone_at, version = null, prior_versions = null, touched_at = null,
      expires_at = null, value = null`,

  endGroup: `update sessions set ended = :reason, ended_at = :at, gone_at = NOW_MS + 60000,
      version = null, prior_versions = null, touched_at = null, expires_at = null, value = null
    where prefix = :prefix and "group" = :group and expires_at > :at and id <> :except
    returning id`,

  list: `select * from sessions
    where prefix = :prefix and "group" = :group and expires_at > :at order by expires_at`,

  liveIds: `select id from sessions
    where prefix = :prefix and "group" = :group and expires_at > :at order by expires_at`,

  scan: `select * from sessions
    where prefix = :prefix and id > :after and made_at <= :begun and expires_at > :at
    order by id limit 100`,

  now: `select NOW_MS as now`,

  sweep: `delete from sessions where gone_at <= NOW_MS`,
} as const

/** The table. Of a tombstone only the end is kept: its other columns are null, and so compare with nothing. */
export const schema = `create table if not exists sessions (
  prefix text not null,
  id bytea not null,          -- bytes, because an id may contain any character, NUL too
  "group" bytea not null,     -- groupOf(id)
  version text,
  prior_versions text,        -- at most three, as JSON
  touched_at bigint,          -- epoch milliseconds by the clock of the manager, whole numbers
  expires_at bigint,
  value bytea,
  ended text,                 -- of a tombstone: the reason and the time
  ended_at bigint,
  made_at bigint not null,    -- by the clock of the database: when it was inserted,
  gone_at bigint not null,    -- and when it may be deleted
  primary key (prefix, id)
);
create index if not exists sessions_of_group on sessions (prefix, "group", expires_at);
create index if not exists sessions_gone on sessions (gone_at);`
