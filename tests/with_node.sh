#!/bin/sh
# Runs a check whose parts npm fetches, for ctest. usage: with_node.sh FOLDER OF package.json COMMAND...
# Skipped (77), and said so, where what it needs is not here: ./biglittle test fetches it.
command -v node >/dev/null || { echo "skipped: there is no node here (Debian: nodejs, npm)"; exit 77; }
[ -f "$1/node_modules/.package-lock.json" ] || { echo "skipped: npm ci in $1 was not done"; exit 77; }
shift
exec "$@"
