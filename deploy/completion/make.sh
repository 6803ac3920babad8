#!/bin/sh
# Writes what is made of the programs' own options: manual pages to docs/man, completion to
# deploy/completion. make.sh PROGRAMS [OUT]: the folder of the built programs; OUT in place of the tree.
set -eu
tree=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
programs=$1
out=${2:-$tree}
mkdir -p "$out/docs/man" "$out/deploy/completion"
for program in biglittle device_agent cloud_worker; do
  "$programs/$program" --manual-page >"$out/docs/man/$program.1"
  "$programs/$program" --completion bash >"$out/deploy/completion/$program.bash"
  "$programs/$program" --completion zsh >"$out/deploy/completion/_$program"
  "$programs/$program" --completion fish >"$out/deploy/completion/$program.fish"
done
