#!/usr/bin/env bash
# Everything that only a GPU can show, in one call: the device tests, compute-sanitizer over them, and the engine's times
# beside PyTorch's, of evaluation, and of a whole scene with its timeline. Needs no GDAL.
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
  # With a PyTorch that has CUDA the torch engine is built against it.
  torch=$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path if torch.cuda.is_available() else "")' 2>/dev/null)
  targets=(test_fit bench_gpu_fit bench_gpu_evaluate bench_gpu_latent engine_cuda)
  options=(-DSARINR_TORCH=OFF)
  [ -n "$torch" ] && { targets+=(engine_torch); options=(-DSARINR_TORCH=ON "-DCMAKE_PREFIX_PATH=$torch"); }
  cmake -S "$here/.." -B "$folder" -G Ninja -DSARINR_GEO=OFF "${options[@]}" -DSARINR_MPI=OFF -DSARINR_CUDA=ON &&
    cmake --build "$folder" --target "${targets[@]}" || exit 1
fi
tests=$folder/bin/test_fit

has nvidia-smi "the device's state" && step device nvidia-smi
wanted='*Cuda*'
[ -e "$folder/lib/sarinr/engine_torch.so" ] || wanted+='-*CudaTorch*'
step tests "$tests" --gtest_brief=1 "--gtest_filter=$wanted"
grep -q SKIPPED "$out/tests.txt" && { echo "tests were skipped: this shows nothing of a GPU"; failed=1; }
if has compute-sanitizer "memory and race checks"; then
  # The shapes with parameters in shared memory, with few pixels: the checkers are a hundred times slower.
  small='Shapes/CudaDevice.GivesTheSameBits*/1:Shapes/CudaDevice.GivesTheSameBits*/5:Shapes/CudaDevice.GivesTheSameBits*/6'
  small+=':Shapes/CudaEvaluation.*/1:Shapes/CudaEvaluation.*/7:CudaLatentEngine.MakesTheStepsOfTheEmulation'
  for tool in memcheck racecheck initcheck synccheck; do
    step "$tool" timeout 240 compute-sanitizer --tool "$tool" --error-exitcode 1 "$tests" --gtest_brief=1 "--gtest_filter=$small"
  done
fi
# All GPUs beside the first alone: the same work, in a share of the time.
gpus=$(nvidia-smi --list-gpus 2>/dev/null | wc -l)
if [ "$gpus" -gt 1 ]; then
  several() {
    "$folder/bin/bench_gpu_fit" cuda cuda:0 siren 64 3 2048 256 40 &&
      "$folder/bin/bench_gpu_fit" cuda cuda siren 64 3 2048 256 40
  }
  step several several
else
  echo "== several GPUs left out: there are not two"
fi
if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
  step peers timeout 420 python3 "$here/bench/gpu_peers.py" "$folder/bin/bench_gpu_fit"
else
  echo "== PyTorch's times left out: there is no PyTorch with CUDA"
  step engine "$folder/bin/bench_gpu_fit" cuda cuda siren 64 3 1024 256 40
fi
if [ -e "$folder/lib/sarinr/engine_torch.so" ]; then
  # The torch engine: CUDA graphs, and what TF32 and bfloat16 are worth. Also its fits beside the processor's.
  precisions() {
    local status=0 precision
    for precision in float32 tf32 bfloat16; do
      "$folder/bin/bench_gpu_fit" torch cuda siren 64 3 64 256 64 $precision || status=1
    done
    return $status
  }
  step torch precisions
else
  echo "== the torch engine left out: this build has none with CUDA"
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
# Latent fields: a step of a tile of usual size with small and large networks, one band and two, beside the processor's.
latents() {
  local status=0 shape
  for shape in "256 1 8 12 8" "512 1 8 12 8" "512 1 8 24 16" "512 2 8 24 16" "1024 1 8 24 16"; do
    # shellcheck disable=SC2086
    "$folder/bin/bench_gpu_latent" cuda cuda $shape 200 || status=1
  done
  echo "the processor:"
  "$folder/bin/bench_gpu_latent" cpu cpu 512 1 8 24 16 10 || status=1
  return $status
}
step latents latents
if [ -x "$folder/bin/sarinr" ]; then
  latent_scene() {
    "$folder/bin/sarinr" simulate "$out/scene.tif" --size 4096,4096 --quiet --overwrite &&
      time "$folder/bin/sarinr" fit "$out/scene.tif" "$out/scene.sinr" --bpp 0.3 --engine cuda --overwrite
    local status=$?
    rm -f "$out/scene.tif" "$out/scene.sinr"
    return $status
  }
  step latent_scene latent_scene
  scene() {
    "$folder/bin/sarinr" simulate "$out/scene.tif" --size 26000,16700 --quiet --overwrite &&
      time "$folder/bin/sarinr" fit "$out/scene.tif" "$out/scene.sinr" --engine cuda --epochs 150 --overwrite --trace "$out/timeline.json" &&
      time "$folder/bin/sarinr" render "$out/scene.sinr" "$out/scene.tif" --engine cuda --overwrite &&
      time "$folder/bin/sarinr" render "$out/scene.sinr" "$out/scene.tif" --engine cpu --overwrite
    local status=$?
    rm -f "$out/scene.tif" "$out/scene.sinr"
    return $status
  }
  step scene scene
fi
exit $failed
