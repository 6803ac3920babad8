#!/bin/sh
# Puts ONNX Runtime for node into FOLDER/node_modules, for compare_nn.py. Only the CPU provider is
# wanted, which is in the package: --ignore-scripts keeps it from fetching the CUDA one.
#
#   install_ort.sh FOLDER
set -eu
version=1.30.0
folder=$1
mkdir -p "$folder"
[ "$(cat "$folder/ort-version" 2>/dev/null)" = "$version" ] && exit 0
cd "$folder"
[ -f package.json ] || echo '{"private": true}' >package.json
npm install --ignore-scripts --no-audit --no-fund --loglevel=error "onnxruntime-node@$version"
echo "$version" >ort-version
