#!/bin/sh
# Succeeds if Redis responds to the user of the sessions. The password is in no argument. Run by the tests.
# Any password in the file will do: Redis knows one that was added only after its next start.
. "$(dirname "$0")/passwords.sh"
passwords | while IFS= read -r password || test -n "$password"; do
  REDISCLI_AUTH=$password redis-cli --user app "$@" ping </dev/null
done | grep -q PONG
