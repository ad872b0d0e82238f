#!/usr/bin/env bash
# Damaged files from the outside: info --verify finds the damage, render --ignore-damaged leaves out what it must and
# nothing else, repair saves what is left, and nobody takes damage for data.
#   tests/cli/damage.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3
GDAL_DRIVER_PATH=$(dirname "$(dirname "$sarinr")")/gdalplugins
export GDAL_DRIVER_PATH
# says STATUS PATTERN ARGUMENTS...: sarinr's exit status and the last line of its stderr.
says() {
  local status=$1 pattern=$2; shift 2
  "$sarinr" "$@" >out 2>log
  local found=$?
  [ $found = "$status" ] || fail "sarinr $*: exit status $found, not $status: $(cat log)"
  [ -z "$pattern" ] || tail -n 1 log | grep -qE -- "$pattern" || fail "sarinr $*: not '$pattern' but '$(cat log)'"
}
# change IN OUT CODE: Python that changes the bytearray `data` and knows the records as `tiles` (offset and bytes).
change() {
  "$sarinr" info "$1" --tiles --json | $python -c '
import json, sys
tiles = json.load(sys.stdin)["tiles"]
data = bytearray(open(sys.argv[1], "rb").read())
exec(sys.argv[3])
open(sys.argv[2], "wb").write(data)' "$1" "$2" "$3"
}
# same WITHOUT A B: the rasters are equal but in the tiles WITHOUT of sound.sinr (a list), where B is nodata or masked 0.
same() {
  "$sarinr" info sound.sinr --tiles --json | $python -c '
import json, sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
tiles = json.load(sys.stdin)["tiles"]
left_out = np.zeros((160, 200), bool)
for number in json.loads(sys.argv[1]):
    t = tiles[number]
    left_out[t["y"]:t["y"] + t["height"], t["x"]:t["x"] + t["width"]] = True
a, b = gdal.Open(sys.argv[2]), gdal.Open(sys.argv[3])
for band in range(1, a.RasterCount + 1):
    x, y = a.GetRasterBand(band).ReadAsArray(), b.GetRasterBand(band).ReadAsArray()
    assert np.array_equal(x[~left_out], y[~left_out]), "other tiles changed"
    nodata = b.GetRasterBand(band).GetNoDataValue()
    assert (y[left_out] == (nodata if nodata is not None else 0)).all(), "what is left out is not empty"
    assert ((b.GetRasterBand(band).GetMaskBand().ReadAsArray() == 0) == left_out).all(), "the mask is not what is left out"' "$@"
}

fit="--width 16 --depth 1 --epochs 20 --activation-epochs 2 --tile-size 40 --overlap 0 --quiet"
"$sarinr" simulate scene.tif --size 200,160 --bands 2 --quantity amplitude --looks 4 --quiet >/dev/null || exit 1
"$sarinr" fit scene.tif sound.sinr $fit >/dev/null 2>&1 || exit 1
"$sarinr" render sound.sinr sound.tif --quiet || exit 1

# A sound file.
says 0 '' info sound.sinr --verify
grep -q '^Damage     none' out || fail "info --verify does not call a sound file sound"
says 0 '' render sound.sinr masked.tif --ignore-damaged --quiet
same '[]' sound.tif masked.tif || fail "--ignore-damaged changes a sound file"
says 0 'sound.sinr was sound' repair sound.sinr same.sinr
cmp -s sound.sinr same.sinr || fail "the repair of a sound file is another file"

# Two damaged tiles of twenty.
change sound.sinr two.sinr 'for t in (3, 17): data[tiles[t]["offset"] + 20] ^= 0x42'
says 1 '^sarinr: two.sinr is damaged' info two.sinr --verify
[ "$(grep -c '^Damage     tile \(3\|17\) (.*bytes [0-9]* to [0-9]*) is damaged: its checksum' out)" = 2 ] || fail "info --verify: $(cat out)"
says 1 'is damaged' info two.sinr --verify --json
$python -c '
import json
damage = json.load(open("out"))["damage"]
assert [d["tile"] for d in damage] == [3, 17] and all(d["offset"] > 0 and d["bytes"] > 20 for d in damage), damage' || fail "info --verify --json"
says 0 '' info two.sinr --tiles
[ "$(grep -c damaged out)" = 2 ] || fail "info --tiles does not name the damaged ones"
says 1 'tile (3|17) \(column .*, row .*, bytes .*\) is damaged.*sarinr info --verify lists all damage' render two.sinr no.tif --quiet
[ -e no.tif ] && fail "a refused render left a file"
says 1 '^sarinr: two.tif is written, but without tiles 3, 17 of 20$' render two.sinr two.tif --ignore-damaged --quiet
same '[3, 17]' sound.tif two.tif || fail "the render without two tiles"
says 1 'without tiles 3, 17 of 20' render two.sinr small.tif --ignore-damaged --scale 0.25 --quiet
bbox=$($python -c '
from osgeo import gdal
x, dx, _, y, _, dy = gdal.Open("two.tif").GetGeoTransform()
print(",".join(str(v) for v in (x, y + 150 * dy, x + 60 * dx, y + 90 * dy)))')
says 0 '' render two.sinr beside.tif --ignore-damaged --bbox "$bbox" --quiet
says 1 'tile (3|17) .*is damaged' report scene.tif two.sinr --quiet
printf 'column,row\n130.5,20.5\n' >point.csv
says 1 'tile 3 .*is damaged' sample two.sinr --points point.csv
printf 'column,row\n10.5,20.5\n' >point.csv
says 0 '' sample two.sinr --points point.csv

# The driver refuses damaged blocks, and leaves their tiles out if it may.
gdal_translate -q two.sinr whole.tif >/dev/null 2>log && fail "the driver took damage for data"
grep -qE 'tile (3|17) .*is damaged' log || fail "the driver says $(cat log)"
gdal_translate -q -oo IGNORE_DAMAGED=YES -co TILED=NO two.sinr whole.tif || fail "the driver's IGNORE_DAMAGED"
same '[3, 17]' sound.tif whole.tif || fail "the driver left out something else"

# Repair: two bits of one tile are beyond it, one bit of another is not.
change sound.sinr bits.sinr 'data[tiles[3]["offset"] + 20] ^= 0x42; data[tiles[17]["offset"] + 20] ^= 0x40'
says 1 '^sarinr: repaired.sinr is written, but tile 3 could not be saved$' repair bits.sinr repaired.sinr
says 1 'without tile 3 of 20$' render repaired.sinr repaired.tif --ignore-damaged --quiet
grep -q 'is lost: it was damaged before the file was repaired' log || fail "a lost tile is not called lost: $(cat log)"
same '[3]' sound.tif repaired.tif || fail "the repaired file"

# A lost index: refused, used all the same, rebuilt; the file is what it was but for the error of the fit.
change sound.sinr headless.sinr 'data[-30:] = bytes(30)'
says 1 'headless.sinr: .*truncated.*; sarinr repair saves what is left' info headless.sinr
says 0 '' render headless.sinr index.tif --ignore-damaged --quiet
same '[]' sound.tif index.tif || fail "the render without an index"
says 0 'the error of the fit' repair headless.sinr rebuilt.sinr
says 0 '' info rebuilt.sinr --verify
[ "$(stat -c %s rebuilt.sinr)" = "$(stat -c %s sound.sinr)" ] || fail "the rebuilt file has another size"
"$sarinr" render rebuilt.sinr rebuilt.tif --quiet || fail "render of the rebuilt file"
cmp -s sound.tif rebuilt.tif || fail "the rebuilt file renders otherwise"
"$sarinr" info rebuilt.sinr --json | grep -q '"rmse":null' || fail "the rebuilt file claims to know its error"

# A truncated file keeps its first tiles.
change sound.sinr short.sinr 'del data[tiles[12]["offset"] + 5:]'
says 1 'short.sinr: the file is truncated' render short.sinr no.tif --quiet
says 1 'without tiles 12 to 19 of 20$' render short.sinr short.tif --ignore-damaged --quiet
same '[12, 13, 14, 15, 16, 17, 18, 19]' sound.tif short.tif || fail "the render of the truncated file"
says 1 'tiles 12 to 19 could not be saved' repair short.sinr first.sinr --json
$python -c 'import json; out = json.load(open("out")); assert out["lost_tiles"] == list(range(12, 20)), out' || fail "repair --json"

# A band without nodata gets a mask; a band with it needs none.
gdal_translate -q -a_nodata 0 scene.tif tagged.tif
"$sarinr" fit tagged.tif sound.sinr --overwrite $fit >/dev/null 2>&1 || exit 1
"$sarinr" render sound.sinr sound.tif --overwrite --quiet
change sound.sinr two.sinr 'data[tiles[5]["offset"] + 20] ^= 0x42'
says 1 'without tile 5 of 20' render two.sinr two.tif --ignore-damaged --overwrite --quiet
same '[5]' sound.tif two.tif || fail "the render with nodata"
gdalinfo two.tif | grep -q PER_DATASET && fail "a raster with nodata got a mask"

# Nothing to be saved.
says 1 'without its header it cannot be repaired' repair scene.tif no.sinr
says 1 'sound.sinr exists' repair two.sinr sound.sinr
[ -e no.sinr ] && fail "a failed repair left a file"
exit $failed
