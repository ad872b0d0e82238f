#!/usr/bin/env bash
# Gathers what tests/gpu.sh needs in one folder, with all libraries: for a GPU machine with nothing but a driver.
#   samples/gpu_bundle.sh BUILD FOLDER [--whole-tool]
# BUILD: a finished build with the cuda module. --whole-tool adds sarinr itself with GDAL (some 190 MB). There:
#   FOLDER/tests/gpu.sh FOLDER, or FOLDER/bin/sarinr fit ... --engine cuda
set -euo pipefail
build=${1:?usage: samples/gpu_bundle.sh BUILD FOLDER [--whole-tool]}
folder=${2:?usage: samples/gpu_bundle.sh BUILD FOLDER [--whole-tool]}
here=$(cd "$(dirname "$0")/.." && pwd)
programs=(test_fit bench_gpu_fit bench_gpu_evaluate bench_gpu_latent)
[ "${3:-}" = --whole-tool ] && programs+=(sarinr)

mkdir -p "$folder"/{bin,lib/sarinr,libraries,tests/bench}
# Each program behind a script that names its libraries: set for the whole session they would meet PyTorch's.
for program in "${programs[@]}"; do
  install -s "$build/bin/$program" "$folder/bin/$program.program"
  cat >"$folder/bin/$program" <<'END'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH=$here/../libraries exec "$0.program" "$@"
END
  chmod +x "$folder/bin/$program"
done
install -s "$build/lib/sarinr/engine_cuda.so" "$folder/lib/sarinr/"
cp "$here/tests/gpu.sh" "$folder/tests/"
cp "$here/tests/bench/gpu_peers.py" "$folder/tests/bench/"
# The system's own (libc and its parts) must be the machine's, not ours.
for program in "$folder"/bin/*.program "$folder"/lib/sarinr/*; do ldd "$program"; done |
  awk '$3 ~ /^\// { print $3 }' | sort -u | grep -vE '/(libc|libm|libdl|libpthread|librt|libresolv)\.so' |
  while read -r library; do cp -Lu "$library" "$folder/libraries/"; done
du -sh "$folder"
