#!/usr/bin/env bash
# Rendering onto other grids, held against GDAL on simulated scenes and, where they are, on real ones.
#   tests/cli/render.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
data=$(cd "$here/../.." && pwd)/shared/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
small="--width 32 --depth 2 --epochs 30 --activation-epochs 2 --tile-size 64 --quiet"
python=/usr/bin/python3
render() { "$sarinr" render "$@" --quiet || fail "render $*"; }
# refused MESSAGE ARGUMENTS...: exit status 1, one line, no output
refused() {
  local message=$1
  shift
  local said
  said=$("$sarinr" render "$@" none.tif --quiet 2>&1 >/dev/null)
  [ $? = 1 ] || fail "render $* was not refused with status 1"
  [[ $said == *"$message"* ]] || fail "render $* said: $said"
  [ ! -e none.tif ] || fail "render $* left an output"
}

"$sarinr" simulate scene.tif --size 240,160 --bands 2 --quantity amplitude --looks 4 --nodata-wedge --quiet >/dev/null
"$sarinr" fit scene.tif scene.sinr $small >/dev/null || fail "fit"
"$sarinr" simulate gcps.tif --size 128,128 --georeferencing gcps --quiet >/dev/null
"$sarinr" fit gcps.tif gcps.sinr $small >/dev/null || fail "fit with GCPs"
"$sarinr" simulate complex.tif --size 128,128 --quantity complex --georeferencing rotated --quiet >/dev/null
"$sarinr" fit complex.tif complex.sinr $small >/dev/null || fail "fit complex"

# An aligned quarter is GDAL's average of the native power.
render scene.sinr native.tif --quantity power
render scene.sinr quarter.tif --quantity power --scale 0.25
gdal_translate -q -r average -outsize 25% 25% native.tif average.tif
# A cut is the same pixels; a band alone is that band; the native grid by any name is the native render.
render scene.sinr cut.tif --quantity power --bbox 600500,4818900,601500,4819700
gdal_translate -q -projwin 600500 4819700 601500 4818900 native.tif window.tif
render scene.sinr second.tif --quantity power --bands 2
render scene.sinr like.tif --like scene.tif
render scene.sinr plain.tif
# Another coordinate system, and back: an independent warp finds the same place.
render scene.sinr warped.tif --dst-crs EPSG:4326 --quantity db
gdalwarp -q -t_srs EPSG:4326 -r cubic -te $($python -c '
from osgeo import gdal
g = gdal.Open("warped.tif"); t = g.GetGeoTransform()
print(t[0], t[3] + t[5] * g.RasterYSize, t[0] + t[1] * g.RasterXSize, t[3], "-ts", g.RasterXSize, g.RasterYSize)') \
  native.tif reference.tif
render scene.sinr fine.tif --scale 2 --sampling point --ot Float32
render scene.sinr gradient.tif --derivative x --quantity db --scale 2
render gcps.sinr north.tif --dst-crs EPSG:32631 --ot Float32
gdalwarp -q -tps -r bilinear -t_srs EPSG:32631 -te $($python -c '
from osgeo import gdal
g = gdal.Open("north.tif"); t = g.GetGeoTransform()
print(t[0], t[3] + t[5] * g.RasterYSize, t[0] + t[1] * g.RasterXSize, t[3], "-ts", g.RasterXSize, g.RasterYSize)') \
  gcps.tif overlay.tif
render complex.sinr coherent.tif --scale 0.5
render complex.sinr multilook.tif --scale 0.5 --quantity power
$python - <<'P' || fail "renders are not what they should be"
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
read = lambda name: gdal.Open(name).ReadAsArray()

quarter, average = read("quarter.tif"), read("average.tif")
valid = np.isfinite(average)
assert np.array_equal(valid, np.isfinite(quarter)), "validity of the quarter"
assert np.abs(quarter[valid] / average[valid] - 1).max() < 1e-6, "a quarter is not GDAL's average"

cut, window = gdal.Open("cut.tif"), gdal.Open("window.tif")
assert cut.GetGeoTransform() == window.GetGeoTransform() and cut.RasterXSize == window.RasterXSize == 100
a, b = cut.ReadAsArray(), window.ReadAsArray()
valid = np.isfinite(b)
assert np.array_equal(valid, np.isfinite(a)) and np.abs(a[valid] / b[valid] - 1).max() < 1e-5, "a cut"
assert np.array_equal(read("second.tif"), read("native.tif")[1], equal_nan=True), "band 2"
assert np.array_equal(read("like.tif"), read("plain.tif")), "--like the source"

warped, reference = read("warped.tif")[0], 10 * np.log10(np.maximum(read("reference.tif")[0], 1e-9))
valid = np.isfinite(warped) & np.isfinite(reference) & (reference > -60)
assert valid.sum() > 0.6 * (np.isfinite(reference) & (reference > -60)).sum(), "the warp covers the scene"
correlation = np.corrcoef(warped[valid], reference[valid])[0, 1]
shifted = np.roll(warped, 1, axis=1)
both = valid & np.isfinite(shifted)
assert correlation > 0.95 and correlation > np.corrcoef(shifted[both], reference[both])[0, 1], correlation

# d/dx by the analytic field against differences of the field at half the step.
fine = 20 * np.log10(read("fine.tif")[0].astype(float), where=read("fine.tif")[0] > 0, out=np.full((320, 480), np.nan))
gradient = read("gradient.tif")[0]
difference = (fine[:, 2:] - fine[:, :-2]) / 10.0  # two steps of 5 m
analytic = gradient[:, 1:-1]
valid = np.isfinite(difference) & np.isfinite(analytic)
error = np.sqrt(np.mean((difference[valid] - analytic[valid]) ** 2)) / np.std(analytic[valid])
assert error < 0.15, f"derivative against differences: {error}"

north, overlay = read("north.tif"), read("overlay.tif")
valid = (north > 0) & (overlay > 0)
assert valid.sum() > 10000 and np.corrcoef(np.log(north[valid]), np.log(overlay[valid]))[0, 1] > 0.6, "GCPs"

coherent, multilook = gdal.Open("coherent.tif"), gdal.Open("multilook.tif")
assert coherent.GetRasterBand(1).DataType in (gdal.GDT_CInt16, gdal.GDT_CFloat32) and coherent.RasterXSize == 64
assert multilook.ReadAsArray().mean() > (np.abs(coherent.ReadAsArray()) ** 2).mean(), "power is averaged incoherently"
P

refused "misses the scene" scene.sinr --bbox 0,0,10,10
refused "contradict each other" scene.sinr --scale 2 --size 10,10
refused "is not understood" scene.sinr --dst-crs nonsense
refused "there is no band 3: the raster has 2" scene.sinr --bands 3
refused "unknown --quantity 'decibels'" scene.sinr --quantity decibels
refused "cannot be given as complex" scene.sinr --quantity complex
# What evaluates: named in the log, refused where it is not there, never changed silently.
refused "the torch engine does not do this: fields are evaluated by auto, cpu, cuda" scene.sinr --engine torch
refused "unknown device 'gpu': the devices are auto, cpu, cuda and cuda:N" scene.sinr --device gpu
refused "the cpu engine does not run on cuda: give --device cpu, or --engine cuda" scene.sinr --engine cpu --device cuda
if [ ! -e "$(dirname "$sarinr")/../lib/sarinr/engine_cuda.so" ]; then
  refused "the cuda engine cannot be opened" scene.sinr --engine cuda
elif [ ! -e /dev/nvidiactl ]; then
  refused "--engine cuda: no CUDA device was found (" scene.sinr --engine cuda
  refused "--engine cuda: no CUDA device was found (" scene.sinr --device cuda:1
fi
said=$("$sarinr" render scene.sinr named.tif --engine cpu 2>&1) || fail "render --engine cpu"
[[ $said == *"evaluation: cpu, "*", float32"* ]] || fail "the log does not say what evaluated: $said"

"$sarinr" render scene.sinr none.tif --sampling cubic --quiet 2>/dev/null
[ $? = 2 ] || fail "an unknown sampling is not a usage error"

# A TOPS product may not be interpolated unless it was deramped.
gdal_translate -q -mo "TIFFTAG_IMAGEDESCRIPTION=Sentinel-1A IW SLC L1" complex.tif tops.tif
"$sarinr" fit tops.tif tops.sinr $small >/dev/null || fail "fit TOPS"
refused "give --deramped if it was deramped" tops.sinr --scale 2
render tops.sinr deramped.tif --scale 2 --deramped
render tops.sinr looks.tif --scale 0.5 --quantity power

if [ -d "$data" ]; then
  # Every ground control point's place on the ground is its pixel, within what the spline leaves.
  for scene in india_grd_vvvh_dn_gcp seychelles_grd_vh_dn_gcp; do
    "$sarinr" fit "$data/sentinel1/$scene.tif" $scene.sinr --width 16 --depth 1 --epochs 2 --activation-epochs 0 --quiet >/dev/null
    render $scene.sinr $scene.tif --dst-crs EPSG:4326
    [ -s $scene.tif ] || fail "render $scene"
  done
else
  echo "skipped: real GCP scenes (no shared data)"
fi
exit $failed
