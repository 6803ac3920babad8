#!/bin/sh
# The chaos suite's mix on one fleet for long: soak.sh BUILD_FOLDER [SECONDS], an hour if not said.
# Ends with the suite's table of this run; exit status 0 if every promise held.
set -eu
build=${1:?"usage: soak.sh BUILD_FOLDER [SECONDS]"}
BIGLITTLE_SOAK_S=${2:-3600}
export BIGLITTLE_SOAK_S
exec "$build/bin/chaos_suite" --gtest_also_run_disabled_tests --gtest_filter='SoakChaos.*'
