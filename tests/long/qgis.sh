#!/usr/bin/env bash
# A .sinr in QGIS, headless: the layer loads, renders at three zooms and identifies a value.
#   tests/long/qgis.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3
if ! $python -c 'import qgis.core' 2>/dev/null; then
  echo "skipped: QGIS is not installed (python3-qgis, qgis-providers)"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
GDAL_DRIVER_PATH=$(dirname "$(dirname "$sarinr")")/gdalplugins
export GDAL_DRIVER_PATH QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$work HOME=$work
"$sarinr" simulate scene.tif --size 1200,1100 --quantity amplitude --looks 4 --quiet >/dev/null || exit 1
"$sarinr" fit scene.tif scene.sinr --width 16 --depth 1 --epochs 10 --activation-epochs 2 --tile-size 64 --overviews --quiet >/dev/null || exit 1
"$sarinr" render scene.sinr back.tif --quiet || exit 1
$python "$here/qgis_layer.py" scene.sinr back.tif
