# For start.sh and healthy.sh. `passwords` prints those in the file, one a line: the newest first, then those that are still valid.
# As the services read it, empty lines, line ends of Windows and a byte order mark do not count.
secret=${REDIS_PASSWORD_FILE:-/run/secrets/redis_password}

passwords() {
  tr '\r' '\n' <"$secret" | LC_ALL=C sed "1s/^$(printf '\357\273\277')//; /^\$/d"
}
