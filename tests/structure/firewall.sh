#!/bin/sh
# nft takes the shipped example of a firewall. usage: firewall.sh SOURCE_FOLDER
file=$1/broker_config/nftables.conf
nft=$(command -v nft || command -v /usr/sbin/nft) || {
  echo "there is no nft here: apt-get install nftables"
  exit 77
}
# It asks the kernel, which answers root alone: of a network of its own, so that nothing changes here.
if ! unshare --map-root-user --net true 2>/dev/null; then
  echo "this kernel gives nobody a network of his own"
  exit 77
fi
if ! unshare --map-root-user --net "$nft" list ruleset >/dev/null 2>&1; then
  echo "this kernel has no nftables"
  exit 77
fi
unshare --map-root-user --net "$nft" --check --file "$file" || exit 1
# Loaded, and loaded again.
unshare --map-root-user --net sh -c '"$1" --file "$2" && "$1" --file "$2"' sh "$nft" "$file" || exit 1
echo "nft takes $file"
