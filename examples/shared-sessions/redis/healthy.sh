#!/bin/sh
# Succeeds if Redis responds to the user of the sessions. The password is in no argument. Run by the tests.
. "$(dirname "$0")/passwords.sh"
REDISCLI_AUTH=$(passwords | head -n 1)
export REDISCLI_AUTH
redis-cli --user app "$@" ping | grep -q PONG
