#!/bin/sh
# The tests of another architecture, on this machine: the unit tests of core, signal, nn, wire and device_agent and the
# damaged inputs of tests/fuzz, then an agent beside a native one and a native worker (agents.py). `./biglittle test
# --cross ARCH` runs it.
#
#   tests/cross/run.sh ARCH [--sanitize] [--agents] [--data DIR]
#
# ARCH: arm64, armhf or i386, of Debian 12. The programs of ARM run by QEMU as on the least processor that they are for;
# those of i386 run on this processor.
# --sanitize: built with the address and undefined-behaviour sanitizers, unit tests alone; of i386, whose are in
#             QEMU's way on ARM.
# --agents: the agents alone. They need the programs of build/release, and recorded data in DIR (default: data).
# tests/cross/left_out.txt: what cannot run by an emulator, and why.
# Exit status: 0 all passed, 1 one failed, 2 usage.
set -u

home=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
say() { printf 'cross: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
usage() { say "$*"; sed -n '6p' "$0" | cut -c3- >&2; exit 2; }

[ $# -ge 1 ] || usage "say for which architecture"
architecture=$1
shift
sanitize=
agents_alone=
data=$home/data
while [ $# -gt 0 ]; do
  case "$1" in
    --sanitize) sanitize=address,undefined ;;
    --agents) agents_alone=yes ;;
    --data) shift; data=${1:?} ;;
    *) usage "$1 is no option" ;;
  esac
  shift
done
case "$architecture" in
  arm64) emulator=qemu-aarch64-static processor=cortex-a53 ;;
  armhf) emulator=qemu-arm-static processor=cortex-a8 ;;
  i386) emulator= processor= ;;
  *) usage "$architecture is none of arm64, armhf, i386" ;;
esac
[ -z "$sanitize" ] || [ "$architecture" = i386 ] || usage "--sanitize is for i386: QEMU cannot run the others'"
name=bookworm-$architecture
sysroot=$home/build/sysroot/$name
[ -z "$emulator" ] || emulator="$emulator -L $sysroot -cpu $processor"
build=$home/build/cross/$name${sanitize:+-sanitized}
optimize="-O2"
[ -z "$sanitize" ] || optimize="-O1"
suites="unit_core unit_signal unit_nn unit_nn_allocation unit_wire unit_device_agent"
fuzzers="yaml npy idx nn_loader wire http store"
left_out=$home/tests/cross/left_out.txt

# prepare TARGET...: builds them, and what they need.
prepare() {
  "$home/deploy/cross/sysroot.py" bookworm "$architecture" >/dev/null || exit 1
  if [ ! -f "$build/build.ninja" ]; then
    cmake -S "$home" -B "$build" -G Ninja --toolchain "$home/cmake/toolchains/debian.cmake" \
      -D BIGLITTLE_RELEASE=bookworm -D BIGLITTLE_ARCHITECTURE="$architecture" -D BIGLITTLE_RUN_HERE=ON \
      -D BIGLITTLE_SANITIZER="$sanitize" -D CMAKE_BUILD_TYPE=RelWithDebInfo \
      -D CMAKE_CXX_FLAGS_RELWITHDEBINFO="$optimize" \
      >"$home/build/cross.log" 2>&1 || { cat "$home/build/cross.log" >&2; fail "it cannot be configured"; }
  fi
  say "building for $architecture"
  ninja -C "$build" --quiet "$@" || fail "the build failed"
}

# The tests of a suite that are left out, as GoogleTest's filter has them; each is said with its reason.
filter_of() {
  [ -n "$emulator" ] || return 0
  sed -n "s/^$1 \([^ ]*\) .*/\1/p" "$left_out" | paste -s -d : | sed '/./s/^/-/'
}
say_left_out() {
  [ -n "$emulator" ] || return 0
  sed -n "s/^$1 \([^ ]*\) \(.*\)/cross:   left out: \1: \2/p" "$left_out" >&2
}

failed=
# try TEXT COMMAND...: the command's output only if it fails.
try() {
  text=$1
  shift
  began=$(date +%s)
  if "$@" >"$home/build/cross.log" 2>&1; then
    say "passed: $text, $(sed -n 's/^\[  PASSED  \] //p' "$home/build/cross.log") $(($(date +%s) - began)) s"
  else
    tail -n 60 "$home/build/cross.log" >&2
    say "FAILED: $text"
    failed="$failed $text"
  fi
}

if [ -z "$agents_alone" ]; then
  prepare $suites $(for fuzzer in $fuzzers; do echo "${fuzzer}_fuzz"; done)
  cd "$build" || exit 1
  for suite in $suites; do
    say_left_out "$suite"
    try "$suite" $emulator "$build/bin/$suite" --gtest_brief=1 --gtest_filter="$(filter_of "$suite")"
  done
  for fuzzer in $fuzzers; do
    try "${fuzzer}_fuzz" $emulator "$build/bin/${fuzzer}_fuzz" "$home/tests/fuzz/corpus/$fuzzer"
  done
fi
if [ -z "$sanitize" ]; then
  prepare device_agent
  say "an agent of $architecture beside a native one"
  python3 "$home/tests/cross/agents.py" --agent "$build/bin/device_agent" --emulator "$emulator" --data "$data" ||
    failed="$failed agents"
fi
[ -z "$failed" ] || fail "failed on $architecture:$failed"
say "all passed on $architecture"
