#!/usr/bin/env bash
# Speckle put back, as a user meets it: kept when asked for, the source's in its statistics, the same again for the same
# seed wherever it is rendered, marked in the output, refused where it would mislead.
#   tests/cli/speckle.sh SARINR     (the plugin lies beside it, in gdalplugins)
set -uo pipefail
sarinr=$(realpath "$1")
plugins=$(dirname "$sarinr")/../gdalplugins
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3
quietly() { "$sarinr" --log-level error "$@" >/dev/null 2>&1; }
# A command must fail with status 1 and say so.
refused() {
  local text=$1 said status
  shift
  said=$("$sarinr" --log-level error "$@" 2>&1 >/dev/null)
  status=$?
  [ $status = 1 ] || fail "$* ended with status $status"
  grep -qF -- "$text" <<<"$said" || fail "$* said: $said"
}
same_pixels() { $python - "$@" <<'P'
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
a, b = (gdal.Open(path).ReadAsArray() for path in sys.argv[1:3])
x, y = map(int, sys.argv[3:5]) if len(sys.argv) > 3 else (0, 0)
sys.exit(not np.array_equal(a[..., y:y + b.shape[-2], x:x + b.shape[-1]], b))
P
}

quietly simulate scene.tif --size 420,300 --quantity power --looks 1 --seed 3 || fail "simulate"
quietly fit scene.tif plain.sinr --bpp 0.3 --effort 1 || fail "fit"
quietly fit scene.tif kept.sinr --bpp 0.3 --effort 1 --keep-speckle --tile-size 200 --threads 2 || fail "fit --keep-speckle"
quietly fit scene.tif again.sinr --bpp 0.3 --effort 1 --keep-speckle --tile-size 200 --threads 1 || fail "fit --threads 1"
cmp -s kept.sinr again.sinr || fail "one thread writes other bytes than two"
"$sarinr" info kept.sinr | grep -q "^Speckle    kept in" || fail "info does not say that speckle is kept"
"$sarinr" info plain.sinr | grep -q "^Speckle" && fail "info says that a plain file keeps speckle"
[ "$("$sarinr" --log-level error info kept.sinr --verify --json | $python -c 'import json,sys; print(json.load(sys.stdin)["damage"])')" = "[]" ] ||
  fail "info --verify"

# The same seed gives the same pixels, for other windows and threads; another seed others.
quietly render kept.sinr smooth.tif || fail "render"
quietly render kept.sinr one.tif --speckle --threads 2 || fail "render --speckle"
quietly render kept.sinr two.tif --speckle=1 --threads 1 || fail "render --speckle=1"
quietly render kept.sinr other.tif --speckle=2 || fail "render --speckle=2"
same_pixels one.tif two.tif || fail "--speckle is not --speckle=1"
same_pixels one.tif other.tif && fail "two seeds give the same pixels"
$python - <<'P' || fail "a window of pixels"
from osgeo import gdal
gdal.UseExceptions()
t = gdal.Open("one.tif").GetGeoTransform()
print(t[0] + 150 * t[1], t[3] + 250 * t[5], t[0] + 280 * t[1], t[3] + 170 * t[5], sep=",", file=open("box", "w"))
P
quietly render kept.sinr part.tif --speckle --bbox "$(cat box)" || fail "render --speckle --bbox"
same_pixels one.tif part.tif 150 170 || fail "a window's speckle is not the whole's"

# Statistics: what the field lost is back.
quietly render kept.sinr half.tif --speckle --scale 0.5 || fail "render --speckle --scale 0.5"
quietly render kept.sinr finer.tif --speckle --scale 2 || fail "render --speckle --scale 2"
$python - <<'P' || fail "statistics"
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
def looks(path, size):
    a = gdal.Open(path).ReadAsArray().astype("f8")
    windows = [a[y:y + size, x:x + size] for y in range(0, a.shape[0] - size + 1, size) for x in range(0, a.shape[1] - size + 1, size)]
    return np.median([w.mean() ** 2 / w.var() for w in windows])
source, smooth, speckled = (looks(path, 25) for path in ("scene.tif", "smooth.tif", "one.tif"))
print("looks of source, field, speckled:", source, smooth, speckled)
assert smooth > 1.5 * source
assert abs(speckled / source - 1) < 0.2, (speckled, source)
power = [gdal.Open(path).ReadAsArray().astype("f8") for path in ("scene.tif", "one.tif")]
assert abs(power[1].mean() / power[0].mean() - 1) < 0.1, "mean power"
# Averaged in power: a half is the mean of four native pixels.
mean = power[1].reshape(150, 2, 210, 2).mean((1, 3))
half = gdal.Open("half.tif").ReadAsArray()
assert np.allclose(half, mean, rtol=1e-4), "half"
# Between pixels the texture goes on with its contrast.
assert 0.75 < looks("finer.tif", 50) / speckled < 1.4, looks("finer.tif", 50)
P

# It is marked, and what would take it for the scene refuses it.
gdalinfo one.tif | grep -q "SARINR_SPECKLE=1" || fail "the output's metadata do not say the seed"
gdalinfo half.tif | grep -q "SARINR_SPECKLE=1" || fail "metadata of another grid"
gdalinfo smooth.tif | grep -q "SARINR_SPECKLE" && fail "a smooth render is marked"
refused "give --allow-speckle" report scene.tif one.tif
quietly report scene.tif one.tif --allow-speckle --json report.json || fail "report --allow-speckle"
grep -q '"allow_speckle": *true' report.json || fail "the report does not say that it was allowed"
refused "which speckle put back is no part of: leave out --speckle" render kept.sinr slope.tif --speckle --derivative x
refused "keeps nothing of the speckle that its fields lack: fit it with --keep-speckle" render plain.sinr no.tif --speckle
quietly fit scene.tif exact.sinr --lossless || fail "fit --lossless"
refused "keeps the samples, speckle and all" render exact.sinr no.tif --speckle
refused "--keep-speckle is for fields" fit scene.tif no.sinr --lossless --keep-speckle
refused "--keep-speckle is for latent fields" fit scene.tif no.sinr --field coordinate --keep-speckle
"$sarinr" render kept.sinr no.tif --speckle=-4 >/dev/null 2>said; [ $? = 2 ] || fail "--speckle=-4 is taken"
grep -q "it must be a whole number from 0 on" said || fail "--speckle=-4 said: $(cat said)"
quietly simulate slc.tif --size 200,200 --quantity complex || fail "simulate complex"
refused "speckle can be kept of amplitude, power and dB bands, and the raster has none" fit slc.tif no.sinr --bpp 1 --effort 1 --keep-speckle
[ -e no.sinr ] || [ -e no.tif ] && fail "a refused command left an output"

# GDAL's driver gives the same pixels.
if [ -d "$plugins" ]; then
  export GDAL_DRIVER_PATH=$plugins
  gdal_translate -q -oo SPECKLE=1 kept.sinr driver.tif || fail "gdal_translate -oo SPECKLE=1"
  same_pixels one.tif driver.tif || fail "the driver's speckle is another"
  gdalinfo -oo SPECKLE=1 kept.sinr | grep -q "SARINR_SPECKLE=1" || fail "the driver's metadata"
  said=$(gdalinfo -oo SPECKLE=x kept.sinr 2>&1) && fail "the driver takes SPECKLE=x"
  grep -q "SPECKLE is 'x'" <<<"$said" || fail "of SPECKLE=x the driver says: $said"
fi
[ $failed = 0 ] && echo "speckle is put back"
exit $failed
