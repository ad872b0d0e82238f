#!/usr/bin/env bash
# The study of super-resolution on a tile of every detected image of the test rasters, and on the photograph camera.
#   tests/bench/super_resolution.sh SARINR DATA OUT [OPTIONS OF sarinr study]
# DATA is the folder of test rasters. Writes OUT/sar and OUT/natural; docs/studies.md has the tables. Tiles are the middle
# 96x96 pixels, of the mosaic its largest window without gaps; camera is reduced to as many.
set -euo pipefail
sarinr=$1
data=$2
out=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

sar=()
tile() { # NAME RASTER BAND [TRANSLATE OPTIONS]
  local name=$1 raster=$2 band=$3
  shift 3
  gdal_translate -q -of VRT -b "$band" "$@" "$data/$raster" "$scratch/$name.vrt"
  sar+=("$scratch/$name.vrt")
}
tile spain_vv sentinel1/spain_vvvh_sigma0_db.tif 1
tile spain_vh sentinel1/spain_vvvh_sigma0_db.tif 2
tile camargue_vv sentinel1/camargue_vv_gamma0_db.tif 1
tile morocco_vv sentinel1/morocco_vv_amplitude.tif 1
tile india_vv sentinel1/india_grd_vvvh_dn_gcp.tif 1
tile india_vh sentinel1/india_grd_vvvh_dn_gcp.tif 2
tile seychelles_vh sentinel1/seychelles_grd_vh_dn_gcp.tif 1
tile wuhan_vh sentinel1/wuhan_city_vh_power.tif 1
tile winnipeg_1 polsar/winnipeg_dualpol_power_101x201.tif 1
tile winnipeg_2 polsar/winnipeg_dualpol_power_101x201.tif 2
tile lely reference/lely_ref_amp.tif 1
tile limagne reference/limagne_ref_amp.tif 1
tile marais reference/marais1_ref_amp.tif 1
tile ramb reference/ramb_ref_amp.tif 1
tile rotterdam degenerate/rotterdam_db_untagged_nan.tif 1 -srcwin 48 80 96 96

mkdir -p "$out"
"$sarinr" study super-resolution "${sar[@]}" --tile-size 96 -o "$out/sar" "$@" >"$out/sar.md"
gdal_translate -q -outsize 96 96 -r average "$data/natural/camera_512.png" "$scratch/camera.tif"
"$sarinr" study super-resolution "$scratch/camera.tif" --quantity other -o "$out/natural" "$@" >"$out/natural.md"
