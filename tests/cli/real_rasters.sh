#!/usr/bin/env bash
# Every real raster of ../shared/data goes through fit and render and must keep all that docs/format.md promises. Few epochs: what
# is tested here does not depend on the quality of the fit. `--epochs N --table` gives the table of docs/benchmarks.md.
#   tests/cli/real_rasters.sh SARINR [--epochs N] [--table]
set -euo pipefail
sarinr=$1; shift
here=$(cd "$(dirname "$0")/.." && pwd)
data=$here/../../shared/data
epochs=2
table=no
while [ $# -gt 0 ]; do
  case $1 in
    --epochs) epochs=$2; shift 2 ;;
    --table) table=yes; shift ;;
  esac
done
[ -d "$data" ] || { echo "skipped: there is no folder $data"; exit 0; }
activation=()
[ "$table" = yes ] || activation=(--activation-epochs 2)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# raster, quantity that must be detected
rasters="
sentinel1/spain_vvvh_sigma0_db.tif db
sentinel1/camargue_vv_gamma0_db.tif db
sentinel1/morocco_vv_amplitude.tif amplitude
sentinel1/morocco_coherence.tif other
sentinel1/india_grd_vvvh_dn_gcp.tif amplitude
sentinel1/seychelles_grd_vh_dn_gcp.tif amplitude
sentinel1/wuhan_city_vh_power.tif power
slc/rotterdam_quadpol_cint16_rotated.tif complex
slc/asar_cfloat32.tif complex
slc/asar_cint16.tif complex
slc/uavsar_winnipeg_hh_cfloat32.tif complex
polsar/winnipeg_dualpol_power_101x201.tif power
reference/lely_ref_amp.tif amplitude
reference/limagne_ref_amp.tif amplitude
reference/marais1_ref_amp.tif amplitude
reference/ramb_ref_amp.tif amplitude
degenerate/rotterdam_db_untagged_nan.tif db
"
failed=0
[ "$table" = no ] || printf '| raster | quantity | PSNR dB, per band | bits per pixel | without metadata |\n|---|---|---|---|---|\n'
while read -r raster quantity; do
  [ -n "$raster" ] || continue
  rm -f "$work"/*
  "$sarinr" fit "$data/$raster" "$work/a.sinr" --epochs "$epochs" "${activation[@]}" --quiet >"$work/fit.log" 2>&1 ||
    { echo "FAILED to fit $raster"; cat "$work/fit.log"; failed=1; continue; }
  "$sarinr" render "$work/a.sinr" "$work/back.tif" --quiet
  "$sarinr" info "$work/a.sinr" --json >"$work/info.json"
  found=$(/usr/bin/python3 -c "import json; i=json.load(open('$work/info.json')); print(i['bands'][0]['quantity'], '%.3f | %.3f' % (i['bits_per_pixel'], i['bits_per_pixel_without_metadata']))")
  [ "${found%% *}" = "$quantity" ] || { echo "$raster: the quantity is ${found%% *}, not $quantity"; failed=1; }
  if ! outcome=$(/usr/bin/python3 "$here/compare_rasters.py" "$data/$raster" "$work/back.tif" --quantity "$quantity"); then failed=1; fi
  if [ "$table" = yes ]; then
    grep -v '^PSNR' <<<"$outcome" || true
    echo "| $raster | $quantity | $(grep '^PSNR' <<<"$outcome" | cut -d' ' -f2-) | ${found#* } |"
  else
    echo "$raster: $outcome"
  fi
done <<<"$rasters"
exit $failed
