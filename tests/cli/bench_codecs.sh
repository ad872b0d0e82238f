#!/usr/bin/env bash
# sarinr bench codecs on a small simulated image: what it prints, writes and refuses. Codecs that are not installed are named
# and left out.
#   tests/cli/bench_codecs.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TMPDIR=$work/scratch
mkdir scratch images
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3

"$sarinr" simulate images/scene.tif --size 128,112 --quantity amplitude --looks 4 --nodata-wedge --quiet >/dev/null || exit 1

# Every codec is on the list.
"$sarinr" bench codecs --list >list || fail "--list"
for codec in openjpeg openjpeg-gdal jpegxl-7 jpegxl-9 x265 avif-2 avif-0 lerc-zstd quantised-zstd quantised-deflate siren-60 siren-200 siren-1000; do
  grep -q "^$codec  *[^ ]" list || fail "--list lacks $codec"
done

# A folder, quick codecs: files, bits and scores agree with each other.
codecs=openjpeg,openjpeg-gdal,jpegxl-7,x265,lerc-zstd,quantised-zstd,quantised-deflate,siren-60
"$sarinr" bench codecs images --codecs $codecs --anchor openjpeg-gdal --rates 0.5,1,2,4 --csv out.csv --html out.html --quiet --json >out.json 2>warnings ||
  fail "bench codecs"
$python - $codecs <<'P' || fail "the JSON is not what it should be"
import csv, json, math, sys
out = json.load(open("out.json"))
codecs = sys.argv[1].split(",")
assert out["schema"] == "sarinr-codecs/1" and out["domain"] == "db"
(image,) = out["images"]
assert (image["name"], image["width"], image["height"]) == ("scene.tif", 128, 112) and image["valid_pixels"] < 128 * 112, image
named = [line.split()[0] for line in out["left_out"]]
for codec in codecs:
    rows = sorted((r for r in out["rows"] if r["codec"] == codec), key=lambda r: r["bytes"])
    assert rows or codec in named, (codec, out["left_out"])
    for row in rows:
        assert math.isclose(row["bits_per_pixel"], 8 * (row["bytes"] + out["range_bytes"]) / (128 * 112)), row
        assert row["encode_pixels_per_second"] > 0 and row["decode_pixels_per_second"] > 0, row
        assert (row["encode_memory_bytes"] is None) == (codec not in ("openjpeg", "jpegxl-7", "x265")), row
    if codec.startswith("openjpeg") or codec in ("jpegxl-7", "x265"):
        psnr = [r["psnr"] for r in rows]
        assert psnr == sorted(psnr), (codec, psnr)
        for row in rows:
            assert 0.8 < row["bits_per_pixel"] / row["target_bits_per_pixel"] < 1.25, row
differences = {d["codec"]: d["percent"] for d in out["bd_rates"]}
assert "openjpeg-gdal" not in differences
if "openjpeg" not in named and "openjpeg-gdal" not in named:
    assert abs(differences["openjpeg"]) < 2, differences
assert {m["codec"]: m["percent"] for m in out["mean_bd_rates"]} == differences
lines = list(csv.DictReader(open("out.csv")))
assert len(lines) == len(out["rows"]) and [float(l["psnr"]) for l in lines] == [r["psnr"] for r in out["rows"]]
page = open("out.html").read()
assert page.count("<svg") == 1 and "scene.tif" in page and "http" not in page
P

# The table; another domain; PATH without programs.
"$sarinr" bench codecs images/scene.tif --codecs openjpeg-gdal --anchor openjpeg-gdal --rates 1 --domain sqrt-amplitude --quiet >table || fail "the table"
grep -q '^| openjpeg-gdal | ' table || fail "the table has no row"
PATH=/nowhere "$sarinr" bench codecs images --codecs openjpeg,openjpeg-gdal --rates 1 --quiet >table 2>warnings || fail "without programs"
grep -q 'openjpeg is left out: opj_compress and opj_decompress not found: apt-get install libopenjp2-tools' table || fail "a missing program is not named"
[ -z "$(ls scratch)" ] || fail "temporary files are left"

expect() {
  local status=$1 pattern=$2; shift 2
  "$sarinr" "$@" >stdout 2>stderr
  [ $? -eq "$status" ] && grep -q -- "$pattern" stderr || { fail "$* gives not $status and '$pattern' but: $(cat stderr)"; }
}
expect 1 "unknown codec 'gif': the codecs are openjpeg, " bench codecs images --codecs gif
expect 1 "unknown codec 'gif': the codecs are openjpeg, " bench codecs images --anchor gif
expect 1 "unknown coding domain 'power'" bench codecs images --domain power
expect 1 'name rasters, or folders' bench codecs
expect 1 'no image of detected backscatter was found' bench codecs scratch
expect 1 '--rates takes bits a pixel above 0' bench codecs images --rates 0,1
expect 1 'out.csv.*--overwrite' bench codecs images --codecs openjpeg-gdal --csv out.csv
exit $failed
