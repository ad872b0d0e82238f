#!/usr/bin/env bash
# Latent fields as a user meets them: goals met, masks exact, the same bytes again, borders without steps, clear refusals.
#   tests/cli/latent.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3
quietly() { "$sarinr" --log-level error "$@" >/dev/null 2>&1; }

quietly simulate scene.tif --size 420,300 --quantity amplitude --looks 4 --seed 3 || fail "simulate"
# Two bands that resemble each other, decibels, with a wedge of nodata.
$python - <<'P' || exit 1
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
source = gdal.Open("scene.tif")
a = 20 * np.log10(source.ReadAsArray().astype("f8") + 1e-3)
d = gdal.GetDriverByName("GTiff").Create("two.tif", 420, 300, 2, gdal.GDT_Float32)
d.SetGeoTransform(source.GetGeoTransform())
d.SetProjection(source.GetProjection())
a[200:, 300:][np.add.outer(np.arange(100), np.arange(120)) > 110] = -999
rng = np.random.default_rng(1)
b = np.where(a == -999, -999, a - 6 + rng.normal(size=a.shape))
for i, band in enumerate((a, b)):
    d.GetRasterBand(i + 1).WriteArray(band)
    d.GetRasterBand(i + 1).SetNoDataValue(-999)
P

field() { "$sarinr" --log-level error info "$1" --json | $python -c "import json,sys; v=json.load(sys.stdin)
for k in '$2'.split('.'): v=v[int(k)] if k.isdigit() else v[k]
print(v)"; }
within() { $python -c "import sys; a,b,t=map(float,sys.argv[1:]); sys.exit(abs(a/b-1)>t)" "$@"; }

# One tile: the rate is met within 2 %.
quietly fit scene.tif rate.sinr --bpp 0.8 --effort 2 || fail "fit --bpp"
rate=$(field rate.sinr bits_per_pixel_without_metadata)
within "$rate" 0.8 0.02 || fail "--bpp 0.8 came to $rate"
quietly fit scene.tif error.sinr --rmse-db 1.5 --effort 2 || fail "fit --rmse-db"
error=$(field error.sinr bands.0.fits.0.rmse)
within "$error" 1.5 0.03 || fail "--rmse-db 1.5 came to $error"

# Four tiles, two bands: what is rendered has the file's own errors, and nodata where it was.
quietly fit two.tif two.sinr --quantity db --lambda 0.1 --effort 1 --tile-size 200 --threads 2 || fail "fit --tile-size 200"
quietly fit two.tif again.sinr --quantity db --lambda 0.1 --effort 1 --tile-size 200 --threads 1 || fail "fit --threads 1"
cmp -s two.sinr again.sinr || fail "one thread writes other bytes than two"
quietly render two.sinr back.tif || fail "render"
$python - "$(field two.sinr bands.0.fits.0.rmse)" "$(field two.sinr bands.1.fits.0.rmse)" <<'P' || fail "errors of the render"
import sys
import numpy as np
from osgeo import gdal
a, b = (gdal.Open(p).ReadAsArray().astype("f8") for p in ("two.tif", "back.tif"))
assert ((a == -999) == (b == -999)).all(), "nodata"
for band, told in enumerate(map(float, sys.argv[1:])):
    valid = a[band] != -999
    found = np.sqrt(np.mean((a - b)[band][valid] ** 2))
    assert abs(found / told - 1) < 1e-3, (found, told)
P

# A field has no steps where tiles meet: just left and right of a border, and a render of a window equals the whole's.
border=$(field two.sinr tiling.columns)
[ "$border" = 2 ] || fail "tiles: $border columns"
printf 'column,row\n209.9999,77.3\n210.0001,77.3\n280.2,149.9999\n280.2,150.0001\n' >points.csv
"$sarinr" --log-level error sample two.sinr --points points.csv >values.csv 2>/dev/null || fail "sample"
$python - <<'P' || fail "steps at the border"
import csv
rows = [[float(v) for v in row[2:]] for row in list(csv.reader(open("values.csv")))[1:]]
for left, right in ((0, 1), (2, 3)):
    for a, b in zip(rows[left], rows[right]):
        assert abs(a - b) < 0.02, rows
P

# Killed when a tile is done, a fit goes on where it was and writes the same bytes; as another one it is refused.
"$sarinr" --log-level error fit two.tif cut.sinr --quantity db --lambda 0.1 --effort 1 --tile-size 200 --quiet &
pid=$!
for _ in $(seq 6000); do
  [ "$(stat -c %s cut.sinr.part 2>/dev/null || echo 0)" -gt 3000 ] && break
  sleep 0.005
done
kill -KILL $pid
wait $pid 2>/dev/null
[ ! -e cut.sinr ] || fail "the fit was not cut"
"$sarinr" fit two.tif cut.sinr --quantity db --lambda 0.2 --effort 1 --tile-size 200 --resume --quiet 2>message && fail "resumed with another lambda"
grep -q 'begun with --lambda 0.1, and this is --lambda 0.2' message || fail "of another lambda it says: $(cat message)"
"$sarinr" fit two.tif cut.sinr --quantity db --lambda 0.1 --effort 1 --tile-size 200 --resume >message 2>&1 || fail "resume: $(cat message)"
grep -Eq 'resumes cut.sinr.part, where [123] tiles are done' message || fail "a resumed fit says: $(cat message)"
cmp -s two.sinr cut.sinr || fail "the resumed file is not the uninterrupted one"
[ ! -e cut.sinr.part ] || fail "finished work is still there"
again="fit two.tif cut.sinr --quantity db --effort 1 --tile-size 200 --resume --quiet"
"$sarinr" $again --lambda 0.1 >/dev/null || fail "a finished file is not left as it is"
"$sarinr" $again --lambda 0.2 2>message && fail "a finished file of another lambda is taken for this one"
grep -q 'fitted for lambda 0.1, and this is lambda 0.2' message || fail "of a finished file it says: $(cat message)"

refuse() { local want=$1; shift; local said; said=$("$sarinr" "$@" 2>&1 >/dev/null) && fail "accepted: $*"; grep -q -- "$want" <<<"$said" || fail "'$want' is not in: $said"; }
refuse 'give one of --bpp, --psnr, --rmse-db and --lambda' fit scene.tif x.sinr --bpp 1 --lambda 0.1
refuse '--arch is for coordinate networks, but --field latent' fit scene.tif x.sinr --field latent --arch siren
refuse '--bpp is for latent fields, but --field coordinate' fit scene.tif x.sinr --field coordinate --bpp 1
refuse '--tile-size is 64; for latent fields it must be at least 192' fit scene.tif x.sinr --field latent --tile-size 64
refuse '--neighbours is 7; it must be 12 or 24' fit scene.tif x.sinr --field latent --neighbours 7
refuse "less than what this raster's masks and header take" fit scene.tif x.sinr --bpp 0.001 --effort 1

# Parts, of copies of the input: each fitted alone, then measured together; clear refusals.
options="--quantity db --bands 1 --lambda 0.1 --effort 1 --tile-size 200 --quiet"
"$sarinr" fit two.tif first $options --tiles 0-2 | grep -q 'tiles 0 to 2 of 4, for sarinr merge' || fail "first part"
mkdir elsewhere && cp two.tif elsewhere
"$sarinr" fit elsewhere/two.tif second $options --tiles 3-3 --threads 1 >/dev/null || fail "second part"
[ ! -e first.part ] || fail "a finished part leaves unfinished work"
refuse 'sarinr merge' info first
"$sarinr" merge second first joined.sinr --raster elsewhere/two.tif --quiet --json | grep -q '"tiles":4' || fail "merge"
quietly render joined.sinr joined.tif || fail "render of joined parts"
$python - "$(field joined.sinr bands.0.fits.0.rmse)" <<'P' || fail "errors of joined parts"
import sys
import numpy as np
from osgeo import gdal
a = gdal.Open("two.tif").ReadAsArray()[0].astype("f8")
b = gdal.Open("joined.tif").ReadAsArray().astype("f8")
assert ((a == -999) == (b == -999)).all(), "nodata"
valid = a != -999
found = np.sqrt(np.mean((a - b)[valid] ** 2))
assert abs(found / float(sys.argv[1]) - 1) < 1e-3, (found, sys.argv[1])
P
refuse 'give the raster that was fitted with --raster' merge first second x.sinr
refuse 'do not hold tiles 3 to 3 of 4: fit them with --tiles' merge first x.sinr --raster two.tif
refuse 'are not of one job: their inputs two.tif differ in size' merge first second x.sinr --raster scene.tif
"$sarinr" fit two.tif third $options --tiles 3-3 --seed 2 >/dev/null || fail "a part of another seed"
refuse 'are not of one job: one has --seed 1, the other --seed 2' merge first third x.sinr --raster two.tif
"$sarinr" fit two.tif plain --tile-size 200 --quantity db --width 8 --depth 1 --epochs 2 --tiles 1/1 --quiet >/dev/null || fail "a part of networks"
refuse '--raster is for parts of latent fields, and plain is of coordinate networks' merge plain x.sinr --raster two.tif
refuse 'are not of one job: one has' merge first plain x.sinr --raster two.tif
refuse 'the raster is a single tile' fit scene.tif x.sinr --field latent --tiles 1/1
[ ! -e x.sinr.part ] || fail "a refused part leaves unfinished work"

# Ranks of mpirun make the file of as many parts.
if [ -e "$(dirname "$sarinr")/../lib/sarinr/mpi.so" ] && command -v mpirun >/dev/null; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
  for k in 1 2; do "$sarinr" fit two.tif half$k $options --tiles $k/2 >/dev/null || fail "part $k of 2"; done
  quietly merge half1 half2 halves.sinr --raster two.tif || fail "merge of halves"
  timeout 200 mpirun -n 2 "$sarinr" fit two.tif ranks.sinr $options --resume >said 2>&1 || fail "two ranks: $(cat said)"
  cmp -s ranks.sinr halves.sinr || fail "two ranks do not make the file of two parts"
  timeout 100 mpirun -n 2 "$sarinr" fit two.tif ranks.sinr $options --resume 2>&1 | grep -q 'nothing is left to resume' || fail "ranks of a finished job"
else
  echo "skipped: mpirun, or sarinr was built without MPI"
fi

# Overviews are latent fields too.
quietly simulate large.tif --size 1260,1070 --quantity amplitude --looks 4 --seed 5 || fail "simulate large"
"$sarinr" fit large.tif large.sinr --lambda 0.3 --epochs 6 --tile-size 192 --overviews --quiet >/dev/null || fail "fit --overviews"
[ "$(field large.sinr sizes.overviews)" -gt 100 ] || fail "overviews"
[ ! -e x.sinr ] || fail "a refused fit left a file"
exit $failed
