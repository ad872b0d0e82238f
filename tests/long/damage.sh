#!/usr/bin/env bash
# A thousand random flipped bits in a file of 2209 tiles, 25 at a time: every tile that was hit is left out, every other
# renders exactly, and repair restores every record with one flipped bit.
#   tests/long/damage.sh SARINR [FILES]
set -uo pipefail
sarinr=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$sarinr" simulate scene.tif --size 3000,3000 --quantity amplitude --looks 4 --quiet >/dev/null || exit 1
gdal_translate -q -a_nodata 0 scene.tif tagged.tif
"$sarinr" fit tagged.tif sound.sinr --width 32 --depth 1 --epochs 20 --no-self-activation --tile-size 64 --overlap 0 --quiet >/dev/null || exit 1
/usr/bin/python3 "$here/damage.py" "$sarinr" "${2:-40}"
