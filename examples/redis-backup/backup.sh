#!/usr/bin/env bash
# Backs up a Redis with sessions while it runs, whatever its persistence is, and prints the path of the file.
#
#   REDISCLI_AUTH=password ./backup.sh FOLDER [options of redis-cli, such as -h HOST -p PORT --user backup --tls]
#
# The name of the file has the time at which the backup began (UTC). What ended later is alive in it: keep the log of events.
set -euo pipefail
umask 077 # the file holds what is in the sessions

folder=${1:?Give the folder for the backup, then the options of redis-cli}
shift
file=$folder/sessions-$(date -u +%Y%m%dT%H%M%SZ).rdb
trap 'rm -f "$file.part"' EXIT

"${REDIS_CLI:-redis-cli}" "$@" --rdb "$file.part" >&2
"${REDIS_CHECK_RDB:-redis-check-rdb}" "$file.part" >&2 # a connection that broke leaves half a file
sync "$file.part"
mv "$file.part" "$file"
echo "$file"
