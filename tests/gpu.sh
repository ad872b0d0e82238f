#!/usr/bin/env bash
# Everything that only a GPU can show, in one call: the device tests, compute-sanitizer over them, and the engine's times
# beside PyTorch's. Needs no GDAL.
#   tests/gpu.sh [FOLDER] [OUT]
# FOLDER: a finished build, or a bundle (samples/gpu_bundle.sh); without it, or where it is "-", one is built in build/gpu. OUT:
# where the tables go as well. Steps whose program is missing (compute-sanitizer, PyTorch) are left out, saying so.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:--}
out=${2:-$(mktemp -d)}
mkdir -p "$out"
failed=0

step() {
  local name=$1; shift
  echo "== $name"
  "$@" 2>&1 | tee "$out/$name.txt" || { echo "FAILED: $name"; failed=1; }
}
has() { command -v "$1" >/dev/null || { echo "== $2 left out: there is no $1"; return 1; }; }

if [ "$folder" = - ]; then
  folder=$here/../build/gpu
  cmake -S "$here/.." -B "$folder" -G Ninja -DSARINR_GEO=OFF -DSARINR_TORCH=OFF -DSARINR_MPI=OFF -DSARINR_CUDA=ON &&
    cmake --build "$folder" --target test_fit bench_gpu_fit bench_gpu_evaluate engine_cuda || exit 1
fi
tests=$folder/bin/test_fit

has nvidia-smi "the device's state" && step device nvidia-smi
step tests "$tests" --gtest_brief=1 --gtest_filter='*Cuda*'
grep -q SKIPPED "$out/tests.txt" && { echo "tests were skipped: this shows nothing of a GPU"; failed=1; }
if has compute-sanitizer "memory and race checks"; then
  # The shapes with parameters in shared memory, with few pixels: the checkers are a hundred times slower.
  small='Shapes/CudaDevice.GivesTheSameBits*/1:Shapes/CudaDevice.GivesTheSameBits*/5:Shapes/CudaDevice.GivesTheSameBits*/6'
  for tool in memcheck racecheck initcheck synccheck; do
    step "$tool" timeout 240 compute-sanitizer --tool "$tool" --error-exitcode 1 "$tests" --gtest_brief=1 "--gtest_filter=$small"
  done
fi
if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  step peers timeout 420 python3 "$here/bench/gpu_peers.py" "$folder/bin/bench_gpu_fit"
else
  echo "== PyTorch's times left out: there is no PyTorch with CUDA"
  step engine "$folder/bin/bench_gpu_fit" cuda cuda siren 64 3 1024 256 40
fi
evaluations() {
  local status=0 shape
  for shape in "siren 32 3" "siren 64 3" "siren 128 3" "siren 256 3" "pemlp 64 3"; do
    echo "$shape:"
    # shellcheck disable=SC2086
    "$folder/bin/bench_gpu_evaluate" cuda cuda $shape 2000 256 "$(nproc)" || status=1
  done
  echo "the processor, siren 64 3:"
  "$folder/bin/bench_gpu_evaluate" cpu cpu siren 64 3 100 256 "$(nproc)" || status=1
  return $status
}
step evaluation evaluations
if [ -x "$folder/bin/sarinr" ]; then
  scene() {
    "$folder/bin/sarinr" simulate "$out/scene.tif" --size 26000,16700 --quiet --overwrite &&
      time "$folder/bin/sarinr" fit "$out/scene.tif" "$out/scene.sinr" --engine cuda --epochs 150 --overwrite &&
      time "$folder/bin/sarinr" render "$out/scene.sinr" "$out/scene.tif" --engine cuda --overwrite &&
      time "$folder/bin/sarinr" render "$out/scene.sinr" "$out/scene.tif" --engine cpu --overwrite
    local status=$?
    rm -f "$out/scene.tif" "$out/scene.sinr"
    return $status
  }
  step scene scene
fi
exit $failed
