#!/usr/bin/env bash
# Latent grids are the same symbols on ARM: files written here are decoded, and coded to the same bytes, by a program built
# for aarch64, under qemu, and by every instruction set of this machine. Needs qemu-user, g++-aarch64-linux-gnu and
# Debian's arm64 packages of Highway and Zstandard, which it fetches where it may.
#   tests/long/latent_arm.sh SARINR
set -euo pipefail
sarinr=$(realpath "$1")
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] && as_root="" || as_root=sudo
if ! command -v qemu-aarch64 aarch64-linux-gnu-g++ >/dev/null; then
  $as_root apt-get install -y --no-install-recommends qemu-user g++-aarch64-linux-gnu >/dev/null
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$as_root dpkg --add-architecture arm64
$as_root apt-get update -qq
(cd "$work" && apt-get download -q=2 libhwy-dev:arm64 libhwy1:arm64 libzstd-dev:arm64)
$as_root dpkg --remove-architecture arm64
for package in "$work"/*.deb; do dpkg -x "$package" "$work/arm64"; done
libraries=$work/arm64/usr/lib/aarch64-linux-gnu

# All rooms that a reader needs; verify.cpp alone wants TBB, and repair.cpp wants that.
mapfile -t sources < <(ls src/{base,radiometry,tiling,field,field/arch,codec,container}/*.cpp | grep -vE "container/(verify|repair)")
sources+=(tests/long/latent_arm.cpp)
dictionary=$(dirname "$sarinr")/../src/generated
build() {
  local compiler=$1 folder=$work/$2
  shift 2
  mkdir -p "$folder"
  printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} sh -c \
    'out=$2/$(echo {} | tr / _).o; $1 -std=c++20 -O1 -ffp-contract=off -DHWY_SHARED_DEFINE -DSARINR_MODULE_FOLDER=\"\" -Iinclude -Isrc -I$3 -I/usr/include -c {} -o $out' \
    build "$compiler" "$folder" "$dictionary"
  $compiler "$folder"/*.o "$@" -o "$folder/latent_arm"
}
build g++ here -lhwy -lzstd
# Highway 1.0's NEON wants cryptography to be part of what all code may use.
build "aarch64-linux-gnu-g++ -march=armv8-a+crypto" there -L"$libraries" -lhwy -l:libzstd.a

"$sarinr" simulate "$work/scene.tif" --size 700,420 --bands 2 --quantity db --looks 4 --quiet
"$sarinr" fit "$work/scene.tif" "$work/wide.sinr" --lambda 0.05 --effort 1 --neighbours 24 --entropy-width 16 --tile-size 256 --quiet
"$sarinr" fit "$work/scene.tif" "$work/narrow.sinr" --bpp 0.3 --effort 1 --quiet
for file in wide narrow; do
  "$work/here/latent_arm" "$work/$file.sinr" >"$work/$file.here"
  qemu-aarch64 -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH="$libraries" "$work/there/latent_arm" "$work/$file.sinr" >"$work/$file.there"
  echo
  cmp "$work/$file.here" "$work/$file.there"
  echo "$file: $(wc -l <"$work/$file.there") tiles are the same here and on aarch64"
done
