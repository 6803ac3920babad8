#!/bin/sh
# Manual pages and completion in the tree are those of the programs as they are now; each shell that is
# here takes its own. made_texts.sh TREE PROGRAMS
set -eu
tree=$1
programs=$2
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
sh "$tree/deploy/completion/make.sh" "$programs" "$fresh"
for folder in docs/man deploy/completion; do
  for file in "$fresh/$folder"/*; do
    cmp -s "$file" "$tree/$folder/$(basename "$file")" || {
      echo "$folder/$(basename "$file") is not what the program says: run deploy/completion/make.sh $programs"
      exit 1
    }
  done
done
bash -n "$fresh"/deploy/completion/*.bash
if command -v zsh >/dev/null; then for file in "$fresh"/deploy/completion/_*; do zsh -n "$file"; done; fi
if command -v fish >/dev/null; then for file in "$fresh"/deploy/completion/*.fish; do fish -n "$file"; done; fi

# What bash offers, asked as it asks: words so far, and those that must be among the offers.
offers() {
  bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _biglittle; echo " ${COMPREPLY[*]} "' \
    bash "$fresh/deploy/completion/biglittle.bash" "$@"
}
expect() {
  wanted=$1
  shift
  case $(offers "$@") in
    *" $wanted "*) ;;
    *) echo "completion of '$*' does not offer $wanted: $(offers "$@")"; exit 1 ;;
  esac
}
expect demo biglittle de
expect provision biglittle ''
expect add-device biglittle provision add
expect --dir biglittle provision add-device --d
expect --config biglittle control --c
