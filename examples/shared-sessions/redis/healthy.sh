#!/bin/sh
# Succeeds if Redis responds to the user of the sessions. The password is in no argument. Run by the tests.
REDISCLI_AUTH=$(tr -d '\r\n' <"${REDIS_PASSWORD_FILE:-/run/secrets/redis_password}")
export REDISCLI_AUTH
redis-cli --user app "$@" ping | grep -q PONG
