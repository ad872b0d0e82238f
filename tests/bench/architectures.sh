#!/usr/bin/env bash
# Every architecture on the same tiles at equal epochs and width: PSNR after quantisation, weights, bytes, processor time.
#   tests/bench/architectures.sh SARINR DATA [EPOCHS]
# DATA is the folder of test rasters (sentinel1, reference, natural). docs/benchmarks.md has the table.
set -euo pipefail
sarinr=$1
data=$2
epochs=${3:-200}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fit() { # NAME RASTER OPTIONS...
  local name=$1 raster=$2
  shift 2
  TIMEFORMAT=%U
  { time "$sarinr" fit "$data/$raster" "$scratch/out.sinr" "$@" --epochs "$epochs" --threads 1 --engine cpu --overwrite --quiet \
    --json >"$scratch/out.json" 2>"$scratch/log"; } 2>"$scratch/seconds" || cat "$scratch/log"
  "$sarinr" info "$scratch/out.sinr" --json >"$scratch/info.json"
  printf '%s | %s | %s | %s | %s | %s\n' "$name" \
    "$(grep -o '"weights":[0-9]*' "$scratch/info.json" | head -1 | cut -d: -f2)" \
    "$(grep -o '"bytes":[0-9]*' "$scratch/info.json" | head -1 | cut -d: -f2)" \
    "$(grep -o '"psnr":[0-9.]*' "$scratch/info.json" | head -1 | cut -d: -f2 | cut -c1-5)" \
    "$(tail -1 "$scratch/seconds")" "$*"
}

rasters=(
  "Spain sentinel1/spain_vvvh_sigma0_db.tif --bands 1 --window 128,128,256,256"
  "Lely reference/lely_ref_amp.tif --window 100,100,200,200"
  "cameraman natural/set12_01.png"
)
for entry in "${rasters[@]}"; do
  read -r name raster options <<<"$entry"
  for choice in "siren --self-activation" "siren --no-self-activation --init siren" "siren --init scaled" \
    "siren --init wide-first" finer wire gauss pemlp relu mfn-fourier mfn-gabor incode \
    "incode --init scaled" sl2a "sl2a --low-rank 16" "sl2a --skip-product 0"; do
    # Both are lists of options.
    # shellcheck disable=SC2086
    fit "$name" "$raster" $options --arch $choice
  done
done
