#!/bin/sh
# The console's tests, for ctest. usage: run.sh unit|browser FOLDER OF THE PROGRAMS
# Skipped (77), and said so, where what they need is not here: ./biglittle test installs it.
cd "$(dirname "$0")/.." || exit 1
skip() { echo "skipped: $*"; exit 77; }
command -v node >/dev/null || skip "there is no node here (Debian: nodejs, npm)"
[ -d node_modules/esbuild ] || skip "dashboard/node_modules is not here: npm ci in dashboard/"
if [ "$1" = browser ]; then
  BIGLITTLE_CHROMIUM=$(command -v chromium || command -v chromium-browser) || skip "there is no chromium here (Debian: chromium)"
  BIGLITTLE_PROGRAM=$2/biglittle
  BIGLITTLE_PAGE=$PWD/../build/dashboard
  export BIGLITTLE_CHROMIUM BIGLITTLE_PROGRAM BIGLITTLE_PAGE
  node build.mjs "$BIGLITTLE_PAGE" || exit 1
else
  node_modules/.bin/tsc --noEmit || exit 1
fi
exec node tests/run.mjs "$1"
