#!/usr/bin/env bash
# `cmake --install` gives a tree from which sarinr runs and find_package(sarinr) works: samples/evaluate is built against it and
# must give, at a pixel's longitude and latitude, what sarinr render gives there.
#   tests/installed.sh BUILD_FOLDER
set -euo pipefail
build=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/usr" >"$work/install.log"
cmake -S "$root/samples/evaluate" -B "$work/evaluate" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$work/usr" >"$work/configure.log" 2>&1 || { cat "$work/configure.log"; exit 1; }
cmake --build "$work/evaluate" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }

sarinr=$work/usr/bin/sarinr
"$sarinr" simulate "$work/scene.tif" --size 128,96 --quantity db --quiet >/dev/null
"$sarinr" fit "$work/scene.tif" "$work/scene.sinr" --epochs 3 --width 16 --activation-epochs 2 --quiet >/dev/null
"$sarinr" render "$work/scene.sinr" "$work/back.tif" --quiet
/usr/bin/python3 - "$work" <<'P'
import subprocess, sys
from osgeo import gdal, osr
gdal.UseExceptions()
work = sys.argv[1]
raster = gdal.Open(work + "/back.tif")
column, row = 70, 41
transform = raster.GetGeoTransform()
x, y = gdal.ApplyGeoTransform(transform, column + 0.5, row + 0.5)
source, target = raster.GetSpatialRef(), osr.SpatialReference()
target.ImportFromEPSG(4326)
for crs in (source, target):
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
longitude, latitude, _ = osr.CoordinateTransformation(source, target).TransformPoint(x, y)
printed = subprocess.run([work + "/evaluate/evaluate", work + "/scene.sinr", repr(longitude), repr(latitude)],
                         check=True, capture_output=True, text=True).stdout
value = float(printed.split(":")[1].split()[0])
expected = float(raster.GetRasterBand(1).ReadAsArray(column, row, 1, 1)[0, 0])
# The two differ by how well PROJ's transformation inverts itself: far less than a thousandth of a pixel.
assert abs(value - expected) < 1e-3, (printed, expected)
print("find_package(sarinr): " + printed.strip())
P
