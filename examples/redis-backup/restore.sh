#!/usr/bin/env bash
# Puts a backup in place of the data of a Redis that is stopped. Start the server after it, with its own configuration.
#
#   ./restore.sh BACKUP.rdb REDIS.CONF DATA_FOLDER        such as /etc/redis/redis.conf /var/lib/redis
#
# What was in the data folder is moved to a folder beside the files. With `appendonly yes` Redis reads its append-only file
# alone, and would start empty with an RDB file beside it: then this script has Redis itself write one from the backup.
set -euo pipefail
umask 077

backup=$(realpath -e "${1:?Give the backup, the redis.conf and the data folder}")
conf=$(realpath -e "${2:?Give the redis.conf and the data folder}")
data=$(realpath -e "${3:?Give the data folder: what redis.conf has as dir}")

dir=$(awk '$1 == "dir" { print $2 }' "$conf" | tail -n 1 | tr -d "\"'")
if [[ $dir == /* && $(realpath -m "$dir") != "$data" ]]; then
  echo "$conf has dir $dir, not $data. Give the folder that the server reads." >&2
  exit 1
fi

for process in /proc/[0-9]*; do
  if [[ $(readlink "$process/cwd") == "$data" && $(cat "$process/comm") =~ redis|valkey ]] 2>/dev/null; then
    echo "Process ${process#/proc/} uses $data. Stop the server first." >&2
    exit 1
  fi
done
"${REDIS_CHECK_RDB:-redis-check-rdb}" "$backup" >&2

work=$(mktemp -d)
server=
# SIGKILL: on SIGTERM it would save first, and go on for ever if it cannot. What it has is a copy.
trap '[[ -z $server ]] || { kill -KILL "$server" && wait "$server"; } 2>/dev/null; rm -rf "$work"' EXIT

# Starts the server with its configuration, reachable by a socket in a private folder alone, for a user of its own.
start() {
  "${REDIS_SERVER:-redis-server}" "$conf" --port 0 --tls-port 0 --unixsocket "$work/socket" --daemonize no \
    --supervised no --pidfile "$work/pid" --logfile "$work/log" --replicaof no one \
    --aclfile '' --user restore on nopass '~*' '&*' +@all "$@" &
  server=$!
  until ask ping 2>/dev/null | grep -q PONG; do # not before it has loaded its data
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2 || true; exit 1; }
    sleep 0.1
  done
}
ask() { REDISCLI_AUTH=any "${REDIS_CLI:-redis-cli}" -s "$work/socket" --user restore "$@"; }
setting() { ask config get "$1" | tail -n 1; }
stop() { ask shutdown nosave >/dev/null 2>&1 || true; wait "$server" || true; server=; }

mkdir "$work/empty"
start --dir "$work/empty"
has_aof=$(setting appendonly) rdb=$(setting dbfilename) aof=$(setting appenddirname)
stop
if [[ ! $has_aof =~ ^(yes|no)$ ]]; then
  echo "The server refuses CONFIG GET: $has_aof. Give a copy of $conf without rename-command." >&2
  exit 1
fi

before=$data/before-restore-$(date -u +%Y%m%dT%H%M%SZ)
mkdir "$before"
for old in "$data/$rdb" "$data/$aof"; do
  [[ ! -e $old ]] || mv "$old" "$before/"
done
cp "$backup" "$data/$rdb"

if [[ $has_aof == yes ]]; then
  start --dir "$data" --appendonly no --save ''
  ask config set appendonly yes >/dev/null
  until ask info persistence | tr -d '\r' | grep -qx 'aof_rewrite_in_progress:0'; do sleep 0.1; done
  if ! ask info persistence | tr -d '\r' | grep -qx 'aof_last_bgrewrite_status:ok'; then
    echo "Redis could not write the append-only file. The old data is in $before." >&2
    exit 1
  fi
  stop
fi
for new in "$before" "$data/$rdb" "$data/$aof"; do
  [[ ! -e $new ]] || chown -R --reference="$data" "$new"
done
echo "Restored. The old data is in $before. Start the server, then end again what has ended since the backup." >&2
