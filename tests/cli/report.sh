#!/usr/bin/env bash
# The quality report: every number against NumPy's (tests/quality_reference.py) over simulated rasters and, where the folder
# ../shared/data is there, real ones; the forms a report comes in; thresholds; folders; what it refuses.
#   tests/cli/report.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
data=$here/../../shared/data
[ ! -d "$data" ] || data=$(realpath "$data")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3
small="--width 16 --depth 1 --epochs 4 --activation-epochs 2 --tile-size 64 --quiet"

# check REFERENCE TEST OPTIONS...: the report's numbers are NumPy's.
check() {
  local reference=$1 test=$2; shift 2
  "$sarinr" report "$reference" "$test" --quiet "$@" --json report.json --overwrite || { fail "report $reference $test"; return; }
  $python "$here/quality_reference.py" report.json "$reference" "$test" >outcome 2>&1 || { fail "$reference, $test: $(cat outcome)"; return; }
  echo "$(basename "$reference"), $*: $(tail -n 1 outcome)"
}

for quantity in amplitude power db complex; do
  "$sarinr" simulate "$quantity.tif" --size 203,190 --quantity $quantity --type "$([ $quantity = complex ] && echo CFloat32 || echo Float32)" --nodata-wedge --quiet >/dev/null ||
    fail "simulate $quantity"
  $python "$here/degrade_raster.py" "$quantity.tif" "$quantity.bad.tif"
  check "$quantity.tif" "$quantity.bad.tif" --quantity $quantity --tile-size 64
done
"$sarinr" simulate dn.tif --size 203,190 --quantity amplitude --type UInt16 --bands 2 --quiet >/dev/null
$python "$here/degrade_raster.py" dn.tif dn.bad.tif
check dn.tif dn.bad.tif --tile-size 100 --enl-window 10
# Point targets, negative power, and a raster that is smaller than every window.
$python - <<'P'
import numpy as np
from osgeo import gdal
def write(name, array):
    out = gdal.GetDriverByName("GTiff").Create(name, array.shape[1], array.shape[0], 1, gdal.GDT_CFloat32 if np.iscomplexobj(array) else gdal.GDT_Float32)
    out.GetRasterBand(1).WriteArray(array)
generator = np.random.default_rng(4)
scene = (generator.normal(size=(120, 140)) + 1j * generator.normal(size=(120, 140)))
axis = lambda n, centre: np.sinc(0.8 * (np.arange(n) - centre))
for y, x in ((30, 40.3), (70.4, 100), (90, 30.25)):
    scene += 90 * np.exp(0.7j * x) * np.outer(axis(120, y), axis(140, x))
write("points.tif", scene.astype(np.complex64))
write("points.bad.tif", (0.9 * scene + 0.05 * np.roll(scene, 1, 1)).astype(np.complex64))
write("detected.tif", (np.abs(scene) ** 2).astype(np.float32))
write("detected.bad.tif", (np.abs(0.9 * scene + 0.2 * np.roll(scene, 1, 1)) ** 2).astype(np.float32))
noise = generator.exponential(size=(60, 70)) - 0.2
write("negative.tif", noise.astype(np.float32))
write("negative.bad.tif", (noise + generator.normal(0, 0.1, noise.shape)).astype(np.float32))
write("tiny.tif", noise[:6, :9].astype(np.float32))
write("tiny.bad.tif", noise[1:7, :9].astype(np.float32))
P
check points.tif points.bad.tif --quantity complex
[ "$($python -c 'import json; print(json.load(open("report.json"))["bands"][0]["figures"]["points"])')" = 3.0 ] || fail "the three points were not found"
check detected.tif detected.bad.tif --quantity power
check negative.tif negative.bad.tif --quantity power --tile-size 32
check tiny.tif tiny.bad.tif --quantity power
check db.tif db.tif --quantity db
if [ -d "$data" ]; then
  for raster in sentinel1/spain_vvvh_sigma0_db sentinel1/camargue_vv_gamma0_db sentinel1/morocco_vv_amplitude sentinel1/morocco_coherence \
    sentinel1/seychelles_grd_vh_dn_gcp sentinel1/wuhan_city_vh_power slc/rotterdam_quadpol_cint16_rotated slc/uavsar_winnipeg_hh_cfloat32 \
    polsar/winnipeg_dualpol_power_101x201 degenerate/rotterdam_db_untagged_nan; do
    $python "$here/degrade_raster.py" "$data/$raster.tif" bad.tif
    check "$data/$raster.tif" bad.tif
  done
else
  echo "real rasters skipped: there is no folder $data"
fi

# A .sinr gives what its rendering gives, and more: its size, tile by tile.
"$sarinr" fit dn.tif dn.sinr $small >/dev/null || fail "fit"
"$sarinr" render dn.sinr dn.back.tif --quiet || fail "render"
"$sarinr" report dn.tif dn.sinr --quiet --json sinr.json || fail "report of a .sinr"
$python "$here/quality_reference.py" sinr.json dn.tif dn.back.tif || fail "the .sinr's report is not its rendering's"
$python - <<'P' || fail "sizes of a .sinr"
import json, os
report = json.load(open("sinr.json"))
assert report["file"]["file_bytes"] == os.path.getsize("dn.sinr"), report["file"]
tiles = report["bands"][0]["tiles"]
assert len(tiles) == 9 and all(tile["bits_per_pixel"] > 0 for tile in tiles), tiles
assert report["provenance"]["field"]["architecture"] == "siren" and report["provenance"]["fit"]["epochs"] == 4, report["provenance"]
P
"$sarinr" simulate part.tif --size 203,190 --quantity amplitude --type UInt16 --bands 2 --quiet >/dev/null 2>&1
"$sarinr" fit dn.tif part.sinr $small --bands 2 --window 20,30,100,90 >/dev/null
"$sarinr" report dn.tif part.sinr --bands 2 --window 20,30,100,90 --quiet >part.txt || fail "report of a part"
grep -q '^Size *100 x 90' part.txt || fail "the part's size"

# What the numbers were for the fit they are for the report; another number of bands is said so.
"$sarinr" fit power.tif asked.sinr --quantity amplitude $small >/dev/null || fail "fit as asked"
"$sarinr" report power.tif asked.sinr --quiet --json - | $python -c 'import json, sys; assert json.load(sys.stdin)["bands"][0]["quantity"] == "amplitude"' ||
  fail "the .sinr does not say what the numbers are"

# Every figure has its line in docs/report.md.
$python - "$here/../docs/report.md" <<'P' || fail "docs/report.md lacks a figure"
import json, sys
text, report = open(sys.argv[1]).read(), json.load(open("sinr.json"))
missing = [name for name in [*report["bands"][0]["figures"], *report["file"]] if f"| `{name}` |" not in text]
assert not missing, missing
P

# A raster against itself.
"$sarinr" report db.tif db.tif --quiet --json - | $python -c '
import json, sys
figures = json.load(sys.stdin)["bands"][0]["figures"]
assert figures["kl"] == 0 and figures["js"] == 0 and figures["rmse"] == 0 and figures["psnr"] == "inf", figures
assert abs(figures["ssim"] - 1) < 1e-12 and figures["enl_ratio"] == 1 and figures["ratio_mean"] == 1, figures' || fail "a raster differs from itself"
[ "$("$sarinr" report db.tif db.tif --quiet --json 2>&1 | wc -l)" = 1 ] || fail "--json is not one object"

# Same numbers whatever the threads.
for threads in 1 2; do
  "$sarinr" report dn.tif dn.sinr --threads $threads --quiet --json - | $python -c '
import json, sys
out = json.load(sys.stdin); del out["file"]["decode_seconds"], out["provenance"]["created"]; print(json.dumps(out))' >"threads$threads"
done
cmp -s threads1 threads2 || fail "the numbers depend on the number of threads"

# The other forms.
before=$(ls | wc -l)
"$sarinr" report dn.tif dn.bad.tif --quiet >/dev/null || fail "the table"
[ "$(ls | wc -l)" = "$before" ] || fail "a report without outputs wrote a file"
"$sarinr" report dn.tif dn.bad.tif --quiet --csv r.csv --html r.html --maps r.tif --tile-size 64 || fail "csv, html, maps"
$python - <<'P' || fail "the forms do not hold what they should"
import csv, json, re, subprocess
from osgeo import gdal
gdal.UseExceptions()
rows = list(csv.DictReader(open("r.csv")))
assert {row["scope"] for row in rows} == {"file", "band", "class", "tile"}
page = open("r.html").read()
assert page.count("<img") == 12 and page.count("<svg") == 12, (page.count("<img"), page.count("<svg"))
assert not re.search(r"(src|href)=\"(?!data:)", page) and "http" not in page and "<script" not in page
assert "prefers-color-scheme" in page and "@media print" in page
maps, source = gdal.Open("r.tif"), gdal.Open("dn.tif")
assert maps.GetGeoTransform() == source.GetGeoTransform() and maps.GetSpatialRef().IsSame(source.GetSpatialRef())
names = [maps.GetRasterBand(b + 1).GetDescription() for b in range(maps.RasterCount)]
tiles = {(row["band"], row["item"]): float(row["value"]) for row in rows if row["scope"] == "tile" and row["figure"] == "rmse"}
values = maps.GetRasterBand(names.index("VV rmse") + 1).ReadAsArray()
assert abs(values[0, 0] - tiles["VV", "0"]) < 1e-5 and abs(values[-1, -1] - tiles["VV", "8"]) < 1e-5
P

# Thresholds.
"$sarinr" report dn.tif dn.bad.tif --quiet --fail-if 'rmse>1000' --fail-if 'ssim<-1' >out 2>&1 || fail "a threshold that holds fails"
[ ! -s out ] || fail "a threshold that holds speaks"
"$sarinr" report dn.tif dn.bad.tif --quiet --fail-if 'rmse>0.01' >out 2>log
[ $? = 1 ] || fail "a threshold that is broken does not give status 1"
grep -qE '^sarinr: rmse of .*dn.bad.tif, VV, is [0-9.]+, and the limit is rmse>0.01$' log && [ "$(wc -l <log)" = 1 ] || fail "a broken threshold says: $(cat log)"

# Folders.
mkdir references fields
cp dn.tif references/a.tif; cp dn.tif references/b.tif
cp dn.sinr fields/a.sinr; cp dn.sinr fields/b.sinr
"$sarinr" report references fields --batch --quiet --html batch.html --json batch.json >lines || fail "--batch"
[ "$(grep -c '^[ab].sinr' lines)" = 2 ] || fail "--batch does not print a line a file"
$python -c 'import json; assert len(json.load(open("batch.json"))["reports"]) == 2' || fail "batch.json"
[ "$(grep -c '<tr><td>[ab].sinr' batch.html)" = 2 ] || fail "batch.html"

# What is refused, in one line.
refuse() {
  local pattern=$1; shift
  "$sarinr" report "$@" --quiet >out 2>log
  local status=$?
  [ $status = 1 ] && [ "$(wc -l <log)" = 1 ] && grep -qE -- "$pattern" log || fail "report $*: status $status, said: $(cat log)"
}
gdal_translate -q -a_ullr 0 1 1 0 db.tif moved.tif
refuse 'moved.tif is not on the grid of db.tif: its geotransform' db.tif moved.tif
"$sarinr" report db.tif moved.tif --quiet --ignore-georeferencing >/dev/null || fail "--ignore-georeferencing"
gdal_translate -q -srcwin 0 0 100 100 db.tif cut.tif
refuse 'cut.tif has 100x100 pixels in 1 band, but db.tif has 203x190 pixels in 1 band' db.tif cut.tif
refuse 'dn.sinr has 203x190 pixels in 2 bands, but db.tif has 203x190 pixels in 1 band' db.tif dn.sinr
refuse 'band 1 of complex.tif is complex and that of amplitude.tif is not' complex.tif amplitude.tif
refuse "there is no figure 'enl': the figures are" db.tif db.tif --fail-if 'enl<1'
refuse "the limit 'enl_ratio' is not understood" db.tif db.tif --fail-if enl_ratio
refuse 'cannot be checked' db.tif db.tif --fail-if 'coherence<1'
refuse 'enl-window is 12; it must be a multiple of 5' db.tif db.tif --enl-window 12
refuse 'r.html exists: give --overwrite' db.tif db.tif --html r.html
refuse 'missing.tif' db.tif missing.tif
refuse 'fields holds no raster named a' fields fields --batch
refuse 'no folder' db.tif fields --batch
echo "not a field" >text.sinr
refuse 'text.sinr' db.tif text.sinr
head -c 200 dn.sinr >short.sinr
refuse 'short.sinr' dn.tif short.sinr

exit $failed
