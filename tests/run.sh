#!/usr/bin/env bash
# Installs what is missing, builds and runs the tests: unit and property tests, end-to-end tests of the built program, and
# the same without LibTorch under the address and undefined-behaviour sanitizers. --long adds the slow ones.
set -euo pipefail
cd "$(dirname "$0")/.."
long=no
for argument in "$@"; do
  case $argument in
    --long) long=yes ;;
    *) echo "usage: tests/run.sh [--long]" >&2; exit 2 ;;
  esac
done

samples/bootstrap.sh --tests
tests/rooms.sh

build() {
  cmake --preset "$1" >"build/$1.configure.log" 2>&1 || { cat "build/$1.configure.log"; exit 1; }
  cmake --build --preset "$1" -j "$(nproc)"
}
mkdir -p build
passed=0
failed=0
check() {
  echo "== $*"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $*"; fi
}
unit_tests() {
  ctest --test-dir "build/$1" --output-on-failure -j "$(nproc)" --quiet --output-log "build/$1/ctest.log" "${@:2}" || {
    tail -n 100 "build/$1/ctest.log"
    return 1
  }
  tail -n 3 "build/$1/ctest.log"
}

build release
check unit_tests release
for script in tests/cli/*.sh; do check bash "$script" build/release/bin/sarinr; done
check bash tests/installed.sh build/release

build asan
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
# Whole fits of scenes in parts take half a minute each here; others run the same code.
check unit_tests asan -E '^Latent(Parts.(AreTheSame|SharesOf|ThatDo)|Overviews.Are|Ranks.MakeThe)'
check bash tests/cli/bad_input.sh build/asan/bin/sarinr

if [ $long = yes ]; then
  for script in tests/long/*.sh; do check bash "$script" build/release/bin/sarinr; done
  check bash tests/fuzz/run.sh 60
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
