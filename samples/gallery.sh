#!/usr/bin/env bash
# Makes the pictures of docs/render.md: one simulated scene on six grids.
#   samples/gallery.sh SARINR FOLDER
set -euo pipefail
sarinr=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$sarinr" simulate scene.tif --size 512,512 --looks 16 --quantity db --seed 3 --quiet >/dev/null
"$sarinr" fit scene.tif scene.sinr --epochs 600 --quiet >/dev/null
render() { "$sarinr" render scene.sinr "$@" --quiet --overwrite; }

# 256 pixels of each: of the native grid, of a quarter of it four times as fine, and so on.
render native.tif --bbox 601280,4816160,603840,4818720
render finer.tif --bbox 602240,4817120,602880,4817760 --resolution 2.5
render coarser.tif --scale 0.25
render another.tif --dst-crs EPSG:3035 --size 256,256
render gradient.tif --bbox 601280,4816160,603840,4818720 --derivative gradient
# A grid that is turned by 30 degrees, given by another raster.
/usr/bin/python3 - <<'P'
import math
from osgeo import gdal, osr
gdal.UseExceptions()
grid = gdal.GetDriverByName("GTiff").Create("turned.tif", 256, 256, 1)
c, s = 10 * math.cos(math.pi / 6), 10 * math.sin(math.pi / 6)
grid.SetGeoTransform([602560 - 128 * (c + s), c, s, 4817440 + 128 * (c - s), s, -c])
system = osr.SpatialReference()
system.ImportFromEPSG(32631)
grid.SetProjection(system.ExportToWkt())
P
render rotated.tif --like turned.tif

for name in native finer coarser another gradient rotated; do
  low=-22 high=0
  [ $name = gradient ] && low=0 high=1
  gdal_translate -q -of PNG -ot Byte -a_nodata none -scale $low $high 1 255 $name.tif "$folder/render_$name.png"
  rm -f "$folder/render_$name.png.aux.xml"
done
