#!/usr/bin/env bash
# The contracts of the command line that scripts rely on, tried on small simulated scenes.
#   tests/cli/behaviour.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
small="--width 16 --depth 1 --epochs 4 --activation-epochs 2 --tile-size 64 --quiet"
python=/usr/bin/python3

"$sarinr" simulate scene.tif --size 200,150 --bands 2 --quantity db --looks 4 --nodata-wedge --quiet >/dev/null || exit 1
"$sarinr" simulate again.tif --size 200,150 --bands 2 --quantity db --looks 4 --nodata-wedge --quiet >/dev/null
cmp -s scene.tif again.tif || fail "the same seed gave other bytes"

# Same bytes whatever the threads; other bytes for another seed.
"$sarinr" fit scene.tif one.sinr $small --threads 1 >/dev/null || fail "fit"
"$sarinr" fit scene.tif two.sinr $small --threads 2 >/dev/null || fail "fit on two threads"
"$sarinr" fit scene.tif other.sinr $small --seed 2 >/dev/null || fail "fit with another seed"
cmp -s one.sinr two.sinr || fail "the file depends on the number of threads"
cmp -s one.sinr other.sinr && fail "the seed does not matter"

# Quiet is quiet; --json is one object; the file it speaks of is the file.
[ -z "$("$sarinr" fit scene.tif quiet.sinr $small --json 2>&1 >/dev/null)" ] || fail "--quiet speaks"
"$sarinr" fit scene.tif json.sinr $small --json 2>/dev/null | $python -c '
import json, os, sys
out = json.load(sys.stdin)
assert out["bytes"] == os.path.getsize("json.sinr") and out["tiles"] == 6 and len(out["psnr"]) == 2, out' || fail "fit --json"
"$sarinr" info json.sinr --json --tiles | $python -c '
import json, sys
out = json.load(sys.stdin)
assert (out["width"], out["height"], len(out["bands"]), len(out["tiles"])) == (200, 150, 2, 6), out
assert out["sizes"]["overhead"] <= 48 + 8 * 6, out["sizes"]
assert out["bands"][0]["description"] == "VV" and out["bands"][0]["quantity"] == "db" and out["bands"][0]["nodata"] == -9999, out
assert out["crs"] == "WGS 84 / UTM zone 31N" and out["geotransform"][1] == 10, out' || fail "info --json"

# Every architecture goes through a file and back; kernels and precision can be chosen; the benchmark says what it measured.
for arch in siren finer gauss pemlp relu wire mfn-fourier mfn-gabor incode sl2a; do
  "$sarinr" fit scene.tif "$arch.sinr" $small --bands 1 --arch "$arch" >/dev/null || fail "fit --arch $arch"
  "$sarinr" render "$arch.sinr" "$arch.tif" --quiet || fail "render $arch"
  "$sarinr" info "$arch.sinr" --json | grep -q "\"$arch\"" || fail "info does not name $arch"
done
# Self-activation is on for a narrow siren and where one of its numbers is given, off elsewhere, and either can be said.
plain=${small/--activation-epochs 2/}
for want in "siren:20:" "siren:0:--no-self-activation" "siren:0:--width 48" "siren:2:--width 48 --activation-epochs 2" "wire:0:" \
  "wire:20:--self-activation" "wire:0:--activation-epochs 2 --no-self-activation" "siren:0:--init scaled"; do
  IFS=: read -r arch epochs flag <<<"$want"
  options=$plain
  [[ $flag == --width* ]] && options=${plain/--width 16/}
  "$sarinr" fit scene.tif activated.sinr $options --bands 1 --arch "$arch" $flag --overwrite >/dev/null || fail "fit $want"
  "$sarinr" info activated.sinr --json | grep -q "\"activation\":{\"epochs\":$epochs," || fail "activation of $want"
done

# The architecture can be left to a tournament, whose outcome the file keeps; first weights can be scaled.
"$sarinr" fit scene.tif auto.sinr ${small/--quiet/} --bands 1 --arch auto --init scaled >/dev/null 2>auto.log || fail "fit --arch auto"
grep -q "tournament: " auto.log || fail "the tournament left no line"
"$sarinr" info auto.sinr --json | $python -c '
import json, sys
out = json.load(sys.stdin)
places = out["metadata"]["fit"]["options"]["tournament"]
assert len(places) == 10 and places[0]["rounds"] == 2 and places[0]["arch"] == out["field"]["architecture"], out' || fail "the tournament is not in the file"
"$sarinr" fit scene.tif portable.sinr ${small/--width 16/--width 32} --instructions portable --precision bfloat16 >/dev/null || fail "fit --instructions"
"$sarinr" bench engines --width 16 --tile-size 32 --steps 2 --rounds 1 --json | $python -c '
import json, sys
out = json.load(sys.stdin)
assert out["multiply_add_peak"] and all(peak > 0 for peak in out["multiply_add_peak"].values()), out
assert out["rows"] and all(row["step_seconds_fastest"] > 0 and row["width"] == 16 for row in out["rows"]), out' || fail "bench engines --json"

# Formats and types.
"$sarinr" render one.sinr back.tif --quiet || fail "render"
$python "$here/compare_rasters.py" scene.tif back.tif --quantity db || fail "the render lost something"
"$sarinr" render one.sinr cog.tif --of COG --quiet || fail "render to a COG"
"$sarinr" render one.sinr back.img --ot Float64 --co COMPRESSED=YES --quiet || fail "render to HFA"
$python - <<'P' || fail "the formats do not agree"
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
tif, cog, img = (gdal.Open(f).ReadAsArray() for f in ("back.tif", "cog.tif", "back.img"))
assert np.array_equal(tif, cog) and np.abs(tif - img).max() < 1e-5
P

# A comparison that cannot fail would prove nothing.
$python "$here/compare_rasters.py" scene.tif again.tif --quantity db >/dev/null || fail "a raster differs from itself"
gdal_translate -q -a_nodata none -a_ullr 0 1 1 0 scene.tif moved.tif
$python "$here/compare_rasters.py" scene.tif moved.tif --quantity db >/dev/null && fail "a moved raster passes for the same"

# Part of a raster, inside an archive: georeferencing moves with the window.
$python -c 'import zipfile; zipfile.ZipFile("scene.zip", "w").write("scene.tif")'
"$sarinr" fit /vsizip/scene.zip/scene.tif part.sinr $small --bands 2 --window 64,32,100,90 >/dev/null || fail "fit a part"
"$sarinr" render part.sinr part.tif --quiet || fail "render the part"
gdal_translate -q -b 2 -srcwin 64 32 100 90 scene.tif cut.tif
# gdal_translate drops the unit when it takes single bands.
$python -c 'from osgeo import gdal; d = gdal.Open("cut.tif", 1); d.GetRasterBand(1).SetUnitType("dB")'
$python "$here/compare_rasters.py" cut.tif part.tif --quantity db || fail "the part is not what gdal_translate cuts"

# A target stops the fit before the last epoch and is met by the file.
"$sarinr" simulate smooth.tif --size 64,64 --quantity db --looks 1000 --quiet >/dev/null
"$sarinr" fit smooth.tif smooth.sinr --width 32 --epochs 2000 --lr 4e-3 --target-rmse-db 2 --quiet --json 2>/dev/null | $python -c '
import json, sys
out = json.load(sys.stdin)
assert out["tile_epochs"] < 2000 and out["rmse"][0] <= 2, out' || fail "--target-rmse-db"

# Ctrl-C: status 130, and nothing is left.
"$sarinr" fit scene.tif stopped.sinr --epochs 100000 --quiet 2>stopped.log &
pid=$!
sleep 3
kill -INT $pid
wait $pid
[ $? = 130 ] || fail "the status after Ctrl-C is not 130"
ls stopped.sinr* 2>/dev/null && fail "an interrupted fit left a file"
grep -qx 'sarinr: interrupted' stopped.log || fail "an interrupted fit says: $(cat stopped.log)"

exit $failed
