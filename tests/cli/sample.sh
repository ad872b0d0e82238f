#!/usr/bin/env bash
# Values at points and along lines, tried on a raster that is stored exactly.
#   tests/cli/sample.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3

# Seven columns are too few for a field. The value is 10 row + column; on the equator, at 3 E, the easting is 500000.
$python - <<'P' || exit 1
import numpy as np
from osgeo import gdal, osr
gdal.UseExceptions()
d = gdal.GetDriverByName("GTiff").Create("small.tif", 7, 6, 1, gdal.GDT_Float32)
d.SetGeoTransform((500000, 10, 0, 60, 0, -10))
crs = osr.SpatialReference()
crs.ImportFromEPSG(32631)
d.SetProjection(crs.ExportToWkt())
values = np.add.outer(10.0 * np.arange(6), np.arange(7.0))
values[4, 3] = -99
d.GetRasterBand(1).WriteArray(values)
d.GetRasterBand(1).SetNoDataValue(-99)
d.GetRasterBand(1).SetDescription("VV")
P
"$sarinr" fit small.tif small.sinr --quantity other --quiet >/dev/null 2>&1 || fail "fit"

printf 'name,x,y\n"pier, west",500005,55\nbuoy,500065,5\nhole,500035,15\nfar,600000,0\n' >points.csv
"$sarinr" --log-level error sample small.sinr --points points.csv >out.csv || fail "sample points"
diff - out.csv <<'T' || fail "points"
name,x,y,VV
"pier, west",500005,55,0
buoy,500065,5,56
hole,500035,15,
far,600000,0,
T
"$sarinr" sample small.sinr --points points.csv 2>&1 >/dev/null | grep -q '2 of 4 points have no value' || fail "no word of empty points"

"$sarinr" sample small.sinr line.csv --line 500005,55,500065,55 || fail "sample a line"
diff - line.csv <<'T' || fail "line"
x,y,distance,VV
500005,55,0,0
500015,55,10,1
500025,55,20,2
500035,55,30,3
500045,55,40,4
500055,55,50,5
500065,55,60,6
T
[ "$("$sarinr" sample small.sinr --line 500005,55,500065,55 --step 30 | wc -l)" = 4 ] || fail "--step"

printf 'lon,lat\n3.0001,0.0001\n' >degrees.csv
"$sarinr" sample small.sinr out.geojson --points degrees.csv || fail "sample to GeoJSON"
$python -c '
import json
point = json.load(open("out.geojson"))["features"][0]
assert point["properties"]["VV"] == 41, point
assert point["geometry"]["coordinates"] == [3.0001, 0.0001], point' || fail "GeoJSON"
"$sarinr" sample small.sinr again.csv --points out.geojson 2>again.log && fail "two columns of one name are written"
grep -q 'two of its columns would have the name VV' again.log || fail "the message was: $(cat again.log)"
ls again.csv* 2>/dev/null && fail "a failed sampling left a file"

"$sarinr" sample small.sinr out.geojson --points degrees.csv 2>/dev/null && fail "an output is replaced unasked"
"$sarinr" sample small.sinr out.geojson --points degrees.csv --overwrite || fail "--overwrite"
"$sarinr" sample small.sinr 2>/dev/null
[ $? = 2 ] || fail "neither points nor a line is no usage error"
"$sarinr" sample small.sinr --points points.csv --step 3 2>/dev/null
[ $? = 2 ] || fail "--step without a line is no usage error"
exit $failed
