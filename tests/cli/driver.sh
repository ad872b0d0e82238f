#!/usr/bin/env bash
# A .sinr in programs that nobody here wrote: GDAL's own and rasterio. Prints a table of clients and calls.
#   tests/cli/driver.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
plugins=$(dirname "$(dirname "$sarinr")")/gdalplugins
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GDAL_DRIVER_PATH=$plugins
python=/usr/bin/python3
failed=0
report() { printf '%-18s %-62s %s\n' "$1" "$2" "$3"; }
# check CLIENT CALL COMMAND...: one line of the table
check() {
  local client=$1 call=$2
  shift 2
  if "$@" >out.txt 2>&1; then report "$client" "$call" ok; else
    report "$client" "$call" FAILED
    cat out.txt
    failed=1
  fi
}
# same A B [BAND]: equal pixels
same() {
  $python - "$@" <<'P'
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
a, b = (gdal.Open(name).ReadAsArray() for name in sys.argv[1:3])
assert a.shape == b.shape, (a.shape, b.shape)
assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), (np.abs(a.astype(float) - b.astype(float)).max(),)
P
}

"$sarinr" simulate left.tif --size 700,500 --bands 2 --quantity amplitude --looks 4 --nodata-wedge --quiet >/dev/null
small="--width 16 --depth 1 --epochs 8 --activation-epochs 2 --tile-size 128 --quiet --engine cpu"
"$sarinr" fit left.tif left.sinr $small >/dev/null || failed=1
# Its neighbour to the east, 50 pixels overlapping.
gdal_translate -q -a_ullr 606500 4820000 613500 4815000 left.tif right.tif
"$sarinr" fit right.tif right.sinr $small >/dev/null || failed=1
"$sarinr" render left.sinr left_back.tif --quiet || failed=1
"$sarinr" render right.sinr right_back.tif --quiet || failed=1

checksums() { gdalinfo -checksum "$1" | grep '  Checksum'; }
info_agrees() { [ "$(checksums left.sinr)" = "$(checksums left_back.tif)" ] && gdalinfo -stats left.sinr | grep -q STATISTICS_MEAN; }
check gdalinfo "-stats -checksum: checksums of the rendered raster" info_agrees
rm -f left.sinr.aux.xml

whole() { gdal_translate -q left.sinr whole.tif && same whole.tif left_back.tif; }
check gdal_translate "whole raster: the rendered pixels" whole
window() {
  gdal_translate -q -srcwin 250 120 77 300 left.sinr a.tif && gdal_translate -q -srcwin 250 120 77 300 left_back.tif b.tif &&
    same a.tif b.tif
}
check gdal_translate "-srcwin: the rendered pixels" window
reduced() {
  gdal_translate -q -outsize 140 100 -r average left.sinr a.tif && "$sarinr" render left.sinr b.tif --size 140,100 --quiet --overwrite &&
    same a.tif b.tif
}
check gdal_translate "-outsize 20% -r average: sarinr render --size" reduced
fractional() {
  gdal_translate -q -srcwin 100.5 90.25 40 30 -outsize 160 120 -r cubic left.sinr a.tif &&
    "$sarinr" render left.sinr b.tif --bbox 601005,4818797.5,601405,4819097.5 --size 160,120 --quiet --overwrite && same a.tif b.tif
}
check gdal_translate "-srcwin with fractions, four times finer: the fields" fractional
level() { gdal_translate -q -oo OVERVIEW_LEVEL=0 left.sinr a.tif && "$sarinr" render left.sinr b.tif --size 350,250 --quiet --overwrite && same a.tif b.tif; }
check gdal_translate "-oo OVERVIEW_LEVEL=0: sarinr render --scale 0.5" level
warped() {
  gdalwarp -q -overwrite -t_srs EPSG:4326 -r bilinear left.sinr a.tif && gdalwarp -q -overwrite -t_srs EPSG:4326 -r bilinear left_back.tif b.tif &&
    same a.tif b.tif
}
check gdalwarp "-t_srs EPSG:4326: as from the rendered raster" warped
coarse() {
  gdalwarp -q -overwrite -tr 40 40 -r average left.sinr a.tif && [ "$(gdalinfo -json a.tif | $python -c 'import json,sys; print(json.load(sys.stdin)["size"])')" = "[175, 125]" ]
}
check gdalwarp "-tr 40 40: from an overview" coarse
mosaic() {
  gdalwarp -q -overwrite left.sinr right.sinr a.tif && gdalwarp -q -overwrite left_back.tif right_back.tif b.tif && same a.tif b.tif
}
check gdalwarp "a mosaic of two files" mosaic
vrt() {
  gdalbuildvrt -q -overwrite a.vrt left.sinr right.sinr && gdalbuildvrt -q -overwrite b.vrt left_back.tif right_back.tif && same a.vrt b.vrt
}
check gdalbuildvrt "of two files" vrt
location() { [ "$(gdallocationinfo -valonly left.sinr 400 300)" = "$(gdallocationinfo -valonly left_back.tif 400 300)" ]; }
check gdallocationinfo "a pixel" location
calc() {
  gdal_calc.py --quiet --overwrite -A left.sinr --A_band=1 -B left.sinr --B_band=2 --calc="A.astype(float)-B" --type=Float32 --outfile=a.tif &&
    gdal_calc.py --quiet --overwrite -A left_back.tif --A_band=1 -B left_back.tif --B_band=2 --calc="A.astype(float)-B" --type=Float32 --outfile=b.tif &&
    same a.tif b.tif
}
check gdal_calc.py "a difference of two bands" calc
dem() { gdaldem slope -q left.sinr a.tif && gdaldem slope -q left_back.tif b.tif && same a.tif b.tif; }
check gdaldem "slope" dem
archive() { (cd "$work" && $python -c 'import zipfile; zipfile.ZipFile("left.zip", "w").write("left.sinr")') && [ "$(checksums /vsizip/left.zip/left.sinr)" = "$(checksums left.sinr)" ]; }
check gdalinfo "/vsizip/" archive
copied() {
  gdal_translate -q -of SARINR -co QUANTITY=amplitude -co WIDTH=16 -co DEPTH=1 -co EPOCHS=8 -co ACTIVATION_EPOCHS=2 -co TILE_SIZE=128 left.tif copied.sinr &&
    "$sarinr" fit left.tif fitted.sinr $small --quantity amplitude && cmp copied.sinr fitted.sinr
}
check gdal_translate "-of SARINR: the bytes of sarinr fit" copied
copied_latent() {
  "$sarinr" fit left.tif rate.sinr --quantity amplitude --bpp 0.4 --effort 1 --tile-size 256 --quiet >/dev/null &&
    gdal_translate -q -of SARINR -co QUANTITY=amplitude -co BPP=0.4 -co EFFORT=1 -co TILE_SIZE=256 left.tif latent.sinr &&
    cmp rate.sinr latent.sinr
}
check gdal_translate "-of SARINR -co BPP: the bytes of sarinr fit --bpp" copied_latent
refused_together() {
  gdal_translate -q -of SARINR -co BPP=0.4 -co EPOCHS=3 left.tif no.sinr 2>said && return 1
  grep -q "EPOCHS is for coordinate networks, but BPP asks for a latent field" said || { cat said; return 1; }
}
check gdal_translate "-co BPP and -co EPOCHS: refused by name" refused_together
copied_scaled() {
  "$sarinr" fit left.tif scaled.sinr --quantity amplitude $small --no-self-activation --init scaled --overwrite >/dev/null &&
    gdal_translate -q -of SARINR -co QUANTITY=amplitude -co WIDTH=16 -co DEPTH=1 -co EPOCHS=8 -co INIT=scaled -co SELF_ACTIVATION=NO -co TILE_SIZE=128 left.tif scaled_copy.sinr &&
    cmp scaled.sinr scaled_copy.sinr
}
check gdal_translate "-co INIT: the bytes of sarinr fit --init" copied_scaled
refused() {
  head -c 300 left.sinr >cut.sinr
  ! gdalinfo cut.sinr >/dev/null 2>said.txt && [ "$(grep -c . said.txt)" -le 2 ] && grep -q "truncated" said.txt
}
check gdalinfo "a truncated file: one clear failure" refused

if $python -c 'import rasterio' 2>/dev/null; then
  for call in windowed decimated masked warped_vrt threads; do
    check rasterio "$call" $python "$here/cli/driver_rasterio.py" $call left.sinr left_back.tif
  done
else
  echo "skipped: rasterio is not installed (python3-rasterio)"
fi

# What the plugin costs a program that has nothing to do with it: LibTorch would show here.
! ldd "$plugins/gdal_SARINR.so" | grep -q torch || { echo "FAILED: the plugin links LibTorch"; failed=1; }
exit $failed
