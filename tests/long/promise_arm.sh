#!/usr/bin/env bash
# Samples under a promise are the same numbers on ARM: planes coded here are decoded by a program built for aarch64, under
# qemu, to the last bit of every value. Needs qemu-user and g++-aarch64-linux-gnu, which it installs where it may.
#   tests/long/promise_arm.sh SARINR
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v qemu-aarch64 aarch64-linux-gnu-g++ >/dev/null; then
  [ "$(id -u)" = 0 ] && as_root="" || as_root=sudo
  $as_root apt-get install -y --no-install-recommends qemu-user g++-aarch64-linux-gnu >/dev/null
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sources=(tests/long/promise_arm.cpp src/codec/{plane,plane_levels,plane_model,plane_neighbours,index_coder,probability_tables}.cpp
  src/codec/{binary_coder,symbols,sample_quantiser}.cpp src/radiometry/{band,pixel_type,quantity}.cpp)
flags=(-std=c++20 -O3 -ffp-contract=off -Iinclude -Isrc)
g++ "${flags[@]}" "${sources[@]}" -o "$work/here"
g++ -march=native "${flags[@]}" "${sources[@]}" -o "$work/native"
aarch64-linux-gnu-g++ -static "${flags[@]}" "${sources[@]}" -o "$work/arm"
"$work/here" encode "$work/stream"
"$work/here" decode "$work/stream" "$work/here.txt"
"$work/native" decode "$work/stream" "$work/native.txt"
qemu-aarch64 "$work/arm" decode "$work/stream" "$work/arm.txt"
cmp "$work/here.txt" "$work/native.txt"
cmp "$work/here.txt" "$work/arm.txt"
echo "x86-64, this machine's own instructions and aarch64 decode the same $(wc -l <"$work/arm.txt") values"
