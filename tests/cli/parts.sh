#!/usr/bin/env bash
# One scene by many processes: parts that are merged, and ranks of mpirun; the bytes of one process.
#   tests/cli/parts.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
expect() {
  "$@" >/dev/null 2>message && fail "accepted: $*"
  [ "$(wc -l <message)" = 1 ] && grep -Eq -e "$pattern" message || fail "$* says: $(cat message)"
}
small="--width 16 --depth 1 --epochs 20 --activation-epochs 4 --tile-size 32 --overviews --quiet"
# A wedge without values first: parts do not begin with the tile that decides how starts are stored.
"$sarinr" simulate scene.tif --size 1100,500 --quantity amplitude --nodata-wedge --quiet >/dev/null || exit 1
"$sarinr" fit scene.tif whole.sinr $small >/dev/null || fail "fit"
same() { cmp -s "$1" whole.sinr || fail "$1 is not one process's file"; }
/usr/bin/python3 - "$sarinr" <<'P' || fail "the scene tries too little"
import json, subprocess, sys
info = json.loads(subprocess.run([sys.argv[1], "info", "whole.sinr", "--json", "--tiles"], capture_output=True).stdout)
sizes = info["sizes"]
assert sizes["overviews"] > 0 and sizes["shared"] > 0 and info["tiles"][0]["kind"] == "empty", (sizes, info["tiles"][0])
P

# Parts in any order, of any sizes, overlapping, on other machines' copies of the input, one of them resumed.
tiles=$("$sarinr" fit scene.tif first $small --tiles 0-9 | sed -E 's/.* of ([0-9]+),.*/\1/')
"$sarinr" fit scene.tif second $small --tiles "5-$((tiles - 20))" --threads 1 >/dev/null || fail "second part"
mkdir elsewhere && cp scene.tif elsewhere
"$sarinr" fit elsewhere/scene.tif third $small --tiles "$((tiles - 19))-$((tiles - 1))" --resume >/dev/null || fail "third part"
"$sarinr" merge third first second merged.sinr >/dev/null || fail "merge"
same merged.sinr
for k in 1 2 3; do "$sarinr" fit scene.tif part$k $small --tiles $k/3 >/dev/null || fail "part $k of 3"; done
"$sarinr" merge part1 part2 part3 thirds.sinr --json | grep -q "\"parts\":3" || fail "merge --json"
same thirds.sinr

pattern='do not hold tiles 0 to 4 of' expect "$sarinr" merge second third bad.sinr
pattern='merged.sinr exists: give --overwrite' expect "$sarinr" merge part1 part2 part3 merged.sinr
pattern='scene.tif cannot be merged: it is not unfinished work of sarinr' expect "$sarinr" merge part1 scene.tif bad.sinr
pattern="missing cannot be merged: it cannot be opened: No such file" expect "$sarinr" merge part1 missing bad.sinr
pattern="--tiles is '9-5'; it must be A-B, tiles between 0 and" expect "$sarinr" fit scene.tif bad $small --tiles 9-5
pattern="--tiles is '4/3'" expect "$sarinr" fit scene.tif bad $small --tiles 4/3
pattern='part1: .*sarinr merge' expect "$sarinr" info part1
"$sarinr" fit scene.tif seed2 $small --tiles 2/3 --seed 2 >/dev/null
pattern='part1 and seed2 are not parts of one job: one has --seed 1, the other --seed 2' expect "$sarinr" merge part1 seed2 part3 bad.sinr
"$sarinr" simulate scene.tif --size 1100,500 --quantity amplitude --seed 9 --nodata-wedge --overwrite --quiet >/dev/null
"$sarinr" fit scene.tif other $small --tiles 0-14 >/dev/null
pattern='part1 and other are not parts of one job: their inputs scene.tif differ in size' expect "$sarinr" merge part1 other part2 part3 bad.sinr
[ -e bad.sinr ] && fail "a refused merge leaves a file"
cp elsewhere/scene.tif scene.tif

if [ ! -e "$(dirname "$sarinr")/../lib/sarinr/mpi.so" ] || ! command -v mpirun >/dev/null; then
  echo "skipped: mpirun, or sarinr was built without MPI"
  exit $failed
fi
# A machine that runs tests as root, with fewer cores than ranks, is no concern of theirs.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
for ranks in 1 2 3; do
  timeout 100 mpirun -n $ranks "$sarinr" fit scene.tif ranks.sinr $small --overwrite >said 2>&1 || fail "$ranks ranks: $(cat said)"
  [ "$(wc -l <said)" = 1 ] || fail "$ranks ranks say: $(cat said)"
  same ranks.sinr
done
# Ranks and resumption: killed once, gone on with by more.
rm -f ranks.sinr
timeout 100 mpirun -n 2 "$sarinr" fit scene.tif ranks.sinr $small >/dev/null 2>&1 &
pid=$!
for _ in $(seq 2000); do [ "$(stat -c %s ranks.sinr.part 2>/dev/null || echo 0)" -gt 20000 ] && break; sleep 0.005; done
children() { cat "/proc/$1/task/"*/children; }
launcher=$(children $pid)
kill -KILL "$(children ${launcher% } | cut -d ' ' -f 1)"
wait $pid
timeout 100 mpirun -n 3 "$sarinr" fit scene.tif ranks.sinr $small --resume >/dev/null 2>&1 || fail "three ranks do not resume"
same ranks.sinr
timeout 100 mpirun -n 2 "$sarinr" fit scene.tif ranks.sinr $small --resume 2>&1 | grep -q 'nothing is left to resume' || fail "ranks of a finished job"
timeout 100 mpirun -n 2 "$sarinr" fit missing.tif bad.sinr $small >said 2>&1
[ $? = 1 ] && [ "$(grep -c '^sarinr: cannot open missing.tif' said)" = 1 ] || fail "two ranks without an input say: $(cat said)"
exit $failed
