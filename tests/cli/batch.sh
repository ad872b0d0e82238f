#!/usr/bin/env bash
# An archive in one go: folders are mirrored, failures listed and the rest done.
#   tests/cli/batch.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
small="--width 16 --depth 1 --epochs 4 --activation-epochs 2 --tile-size 64"
mkdir -p in/2024/may
for k in 1 2; do "$sarinr" simulate in/$k.tif --size 150,120 --seed $k --quantity amplitude --quiet >/dev/null || exit 1; done
cp in/1.tif in/2024/may/scene.tif
cp in/2.tif in/2024/may/scene.img  # another raster of that name, whatever its format
echo "no raster" >in/readme.txt
head -c 3000 in/1.tif >in/broken.tif
gdaladdo -q -ro in/1.tif 2

"$sarinr" fit --batch in out $small --json >said.json 2>said
[ $? = 1 ] || fail "a batch with a failure does not end with 1"
/usr/bin/python3 - <<'P' || fail "batch --json: $(cat said.json said)"
import json
said = json.load(open("said.json"))
assert sorted(f["output"] for f in said["done"]) == [
    "out/1.sinr", "out/2.sinr", "out/2024/may/scene.img.sinr", "out/2024/may/scene.tif.sinr"], said
assert [f["input"] for f in said["failed"]] == ["in/broken.tif"], said
P
grep -q 'in/broken.tif failed: ' said || fail "the failure is not named: $(cat said)"
grep -qx 'sarinr: 1 of 5 rasters failed; the others are done' said || fail "the last line is: $(tail -n 1 said)"
[ "$(grep -c '^ 50 %' said)" = 1 ] || fail "not one progress: $(cat said)"
"$sarinr" fit in/1.tif one.sinr $small --quiet >/dev/null
cmp -s one.sinr out/1.sinr && cmp -s one.sinr out/2024/may/scene.tif.sinr || fail "a batch makes other files"
find out -name '*.part' -o -name '*.new' | grep -q . && fail "a batch leaves unfinished files"

# Once more: what is there is refused, and taken as done by --resume.
rm in/broken.tif
"$sarinr" fit --batch in out $small --quiet >/dev/null 2>said
[ $? = 1 ] && grep -q '4 of 4 rasters failed' said || fail "existing outputs: $(cat said)"
rm out/2.sinr
[ "$("$sarinr" fit --batch in out $small --quiet --resume 2>&1 | grep -c 'is finished')" = 3 ] || fail "batch --resume"
[ -e out/2.sinr ] || fail "batch --resume leaves one out"

"$sarinr" fit --batch missing out $small 2>said
grep -q 'missing is not a folder' said || fail "a missing folder: $(cat said)"
mkdir empty
"$sarinr" fit --batch empty out $small 2>said
grep -q 'empty holds no raster that GDAL reads' said || fail "an empty folder: $(cat said)"
"$sarinr" fit --batch in out two.sinr $small 2>said
[ $? = 2 ] || fail "--batch with an OUTPUT: $(cat said)"
"$sarinr" fit in/1.tif 2>said
[ $? = 2 ] && grep -q 'OUTPUT is required' said || fail "no OUTPUT: $(cat said)"
exit $failed
