#!/usr/bin/env bash
# Builds the fuzz targets with clang and runs each for some seconds on its own seeds; fails where one finds something.
#   tests/fuzz/run.sh [SECONDS [TARGET...]]
# The corpus grows in build/fuzz/corpus and is kept from run to run; what fails an input is written to build/fuzz/found.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(header index record masks weights latents file)

mkdir -p build/fuzz/found
cmake --preset fuzz >build/fuzz/configure.log 2>&1 || { cat build/fuzz/configure.log; exit 1; }
cmake --build --preset fuzz -j "$(nproc)" >build/fuzz/build.log 2>&1 || { tail -n 50 build/fuzz/build.log; exit 1; }
build/fuzz/bin/write_seeds build/fuzz/seeds
failed=0
printf '%-8s %12s %14s %10s %8s\n' target executions "edges reached" "of" corpus
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target"
  log=build/fuzz/$target.log
  # Memory for one input is bounded as a reader's should be: half a gigabyte in one piece is a finding.
  if ! build/fuzz/bin/fuzz_"$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -malloc_limit_mb=512 \
      -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=build/fuzz/found/"$target"- \
      "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" >"$log" 2>&1; then
    echo "$target found something:"; tail -n 40 "$log"
    failed=1
  fi
  edges=$(grep -oE ' cov: [0-9]+' "$log" | tail -n 1 | grep -oE '[0-9]+' || echo 0)
  all=$(grep -oE '\([0-9]+ inline 8-bit counters\)' "$log" | head -n 1 | grep -oE '^\([0-9]+' | tr -d '(' || echo 0)
  runs=$(grep -oE 'number_of_executed_units: [0-9]+' "$log" | grep -oE '[0-9]+' || echo 0)
  printf '%-8s %12s %14s %10s %8s\n' "$target" "$runs" "$edges" "$all" "$(find "build/fuzz/corpus/$target" -type f | wc -l)"
done
exit $failed
