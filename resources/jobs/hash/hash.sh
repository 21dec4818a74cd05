#!/bin/busybox sh
# Generates LEAVES blocks of MIB mebibytes each, hashes them, and folds the hashes into a Merkle root.
# Leaf: SHA-256 of the block. Node: SHA-256 of the hexadecimal text of its two children, left then right; an odd one moves up unchanged.
set -eu

leaves=${1:-32}
mib=${2:-20}
out=${WINDFALL_OUT:-/job/out}

sha256() { busybox sha256sum | busybox cut -d ' ' -f 1; }
block() { busybox yes "windfall block $1" | busybox head -c $((mib * 1048576)); }

busybox() { /bin/busybox "$@"; }

level=
i=0
while [ "$i" -lt "$leaves" ]; do
  leaf=$(block "$i" | sha256)
  echo "leaf $i $leaf"
  level="$level $leaf"
  i=$((i + 1))
done

set -- $level
while [ "$#" -gt 1 ]; do
  next=
  while [ "$#" -gt 1 ]; do
    next="$next $(printf '%s%s' "$1" "$2" | sha256)"
    shift 2
  done
  set -- $next "$@"
done

printf 'windfall hash 1\nleaves %s\nbytes %s\nroot %s\n' "$leaves" "$((leaves * mib * 1048576))" "$1" > "$out/result"
echo "root $1"
