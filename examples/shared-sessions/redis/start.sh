#!/bin/sh
# Starts redis-server with one user, `app`, who has the rights that sessions need. The password comes from a file and is kept as a
# hash: it is in no argument and in no environment. Each line of the file is a password, so that the old one can go on while services
# get the new one. Arguments are passed on to redis-server. Run by the tests.
set -eu
. "$(dirname "$0")/passwords.sh"
run=${REDIS_RUN:-/run/redis}

umask 077
hashes=$(passwords | while IFS= read -r password || test -n "$password"; do
  printf '#%s ' "$(printf %s "$password" | sha256sum | cut -d ' ' -f 1)"
done)
test -n "$hashes" || { echo "No password in $secret. Mount the secret redis_password there." >&2; exit 1; }
rights='resetchannels ~sojourn:* -@all +get +mget +set +del +exists +pexpire +pttl +zadd +zcard +zrange +zrem +eval +evalsha +scan +wait +ping +time'
# Nobody can log in as `default`. But Redis replays the append-only file as this user: without these rights it would skip every
# transaction in it, logouts included (redis#14541, valkey#3983), and ended sessions would live again.
printf 'user default off ~* &* +@all\nuser app on %s%s\n' "$hashes" "$rights" >"$run/users.acl"

exec "${REDIS_SERVER:-redis-server}" "$(dirname "$0")/redis.conf" --aclfile "$run/users.acl" "$@"
