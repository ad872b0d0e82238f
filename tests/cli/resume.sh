#!/usr/bin/env bash
# Unfinished work: kills, signals, full disks, broken inputs; what resumes and what is refused.
#   tests/cli/resume.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'umount "$work/small" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
fields="--width 16 --depth 1 --activation-epochs 4 --tile-size 32 --overviews --quiet"
small="$fields --epochs 30"
slow="$fields --epochs 100"
python=/usr/bin/python3

# expect STATUS PATTERN COMMAND...: the status, and one line on stderr that matches.
expect() {
  local status=$1 pattern=$2
  shift 2
  "$@" >/dev/null 2>message
  local was=$?
  [ $was = "$status" ] || fail "status $was instead of $status: $*: $(cat message)"
  [ "$(wc -l <message)" = 1 ] || fail "not one line: $*: $(cat message)"
  grep -Eq -e "$pattern" message || fail "$* says: $(cat message)"
}

"$sarinr" simulate scene.tif --size 1100,300 --quantity amplitude --nodata-wedge --quiet >/dev/null || exit 1
"$sarinr" fit scene.tif whole.sinr $small >/dev/null || fail "fit"
same() { cmp -s "$1" whole.sinr || fail "$1 is not the uninterrupted fit's file"; }

$python "$here/kill_and_resume.py" "$sarinr" 10 || fail "kills"

# Half of the work, left by a signal once some tiles are done.
start_work() {
  rm -f out.sinr*
  "$sarinr" fit scene.tif out.sinr $small --threads 1 2>message &
  local pid=$!
  for _ in $(seq 2000); do
    [ "$(stat -c %s out.sinr.part 2>/dev/null || echo 0)" -gt 20000 ] && break
    sleep 0.005
  done
  kill -"$1" $pid
  wait $pid
}
for signal in INT TERM; do
  start_work $signal
  [ $? = 130 ] || fail "the status after $signal is not 130"
  grep -Eqx 'sarinr: interrupted; out.sinr.part keeps the [0-9]+ tiles that are done: the same command with --resume goes on' \
    message || fail "after $signal it says: $(cat message)"
  [ -e out.sinr ] && fail "there is an unfinished out.sinr"
done

# What is not the same work is refused by name, and the work stays as it is.
cp -p out.sinr.part kept.part
fit() { "$sarinr" fit scene.tif out.sinr $small "$@"; }
expect 1 'out.sinr.part holds unfinished work: give --resume to go on with it, or --overwrite' fit
expect 1 'begun with --epochs 30, and this is --epochs 31' "$sarinr" fit scene.tif out.sinr $fields --epochs 31 --resume
expect 1 'begun with --seed 1, and this is --seed 2' fit --resume --seed 2
expect 1 'begun with --quantity .*amplitude.*, and this is --quantity .*power' fit --resume --quantity power
expect 1 'begun with --window .*1100,300.*, and this is --window .*64,64' fit --resume --window 0,0,64,64
expect 1 'begun with --target-psnr none, and this is --target-psnr 20' fit --resume --target-psnr 20
expect 1 "engine 'cpu, [^']*', and this is 'cpu, portable" fit --resume --instructions portable
expect 1 'begun with --tiles all, and this is --tiles 0-9' fit --resume --tiles 0-9
cp scene.tif other.tif
expect 1 'the input has changed since: it is other.tif now' "$sarinr" fit other.tif out.sinr $small --resume
cp -p scene.tif kept.tif
touch scene.tif
expect 1 'out.sinr.part cannot be resumed: the input scene.tif has changed since; give --overwrite to start afresh' fit --resume
cp -p kept.tif scene.tif
sed 's/"version":"[^"]*"/"version":"0.0.9"/' out.sinr.part >damaged && cp damaged out.sinr.part
expect 1 'cannot be resumed: it is damaged: the checksum of its head' fit --resume
echo nonsense >out.sinr.part
expect 1 'cannot be resumed: it is not unfinished work of sarinr' fit --resume
cp -p kept.part out.sinr.part
fit --resume >/dev/null || fail "resume after all that"
same out.sinr
[ -e out.sinr.part ] && fail "finished work leaves its part file"
"$sarinr" fit scene.tif out.sinr $small --resume | grep -q 'finished: nothing is left to resume' || fail "resume of a finished file"
expect 1 'out.sinr exists, .*begun with epochs 30, and this is epochs 31' \
  "$sarinr" fit scene.tif out.sinr $fields --epochs 31 --resume

# A last entry that is not whole, or spoilt, is done again; so is all behind it.
for cut in 1 7 300; do
  cp kept.part out.sinr.part
  truncate -s -$cut out.sinr.part
  fit --resume --overwrite >/dev/null || fail "resume of a file cut by $cut"
  same out.sinr
done
cp kept.part out.sinr.part
printf 'X' | dd of=out.sinr.part bs=1 seek=15000 conv=notrunc status=none
fit --resume --overwrite >/dev/null || fail "resume of a spoilt file"
same out.sinr

# Two at once on one output: the second is refused.
cp kept.part out.sinr.part
$python - <<'P' &
import fcntl, time
file = open("out.sinr.part", "r+")
fcntl.flock(file, fcntl.LOCK_EX)
time.sleep(2)
P
sleep 0.5
expect 1 'out.sinr.part is being written by another process' fit --resume --overwrite
wait

# A disk that fills up, and devices that fail: one line, and the work goes on afterwards.
c++ -shared -fPIC -O1 -std=c++20 -o shim.so "$here/failing_io.cpp" -ldl || fail "the shim does not build"
broken() {
  local call=$1 file=$2 after=$3 number=$4
  shift 4
  env LD_PRELOAD="$work/shim.so" FAIL_CALL="$call" FAIL_FILE="$file" FAIL_AFTER="$after" FAIL_ERRNO="$number" "$@"
}
advice='out.sinr.part keeps the [0-9]+ tiles that are done: the same command with --resume goes on'
rm -f out.sinr*
expect 1 "^sarinr: out.sinr.part cannot be written: No space left on device; $advice" \
  broken write out.sinr.part 60 28 "$sarinr" fit scene.tif out.sinr $small
expect 1 "^sarinr: out.sinr.part cannot be written: Input/output error; $advice" \
  broken write out.sinr.part 20 5 "$sarinr" fit scene.tif out.sinr $small --resume
expect 1 "^sarinr: out.sinr.new cannot be written: No space left on device; $advice" \
  broken write out.sinr.new 5 28 "$sarinr" fit scene.tif out.sinr $small --resume
[ -e out.sinr ] || [ -e out.sinr.new ] && fail "an unfinished output is left"
fit --resume >/dev/null || fail "resume after failed writes"
same out.sinr

gdal_translate -q -co TILED=YES -co BLOCKXSIZE=64 -co BLOCKYSIZE=64 -co COMPRESS=DEFLATE scene.tif tiled.tif
"$sarinr" fit tiled.tif whole.sinr $small --overwrite >/dev/null
rm -f out.sinr*
expect 1 "^sarinr: cannot read tiled.tif, window .* of band 1: .*; $advice" \
  broken read tiled.tif 60 5 "$sarinr" fit tiled.tif out.sinr $small
"$sarinr" fit tiled.tif out.sinr $small --resume >/dev/null || fail "resume after a failed read"
same out.sinr
# An input that loses its end while it is read.
cp -p tiled.tif kept.tif
rm -f out.sinr*
"$sarinr" fit tiled.tif out.sinr $slow --threads 1 >/dev/null 2>message &
pid=$!
for _ in $(seq 2000); do [ "$(stat -c %s out.sinr.part 2>/dev/null || echo 0)" -gt 9000 ] && break; sleep 0.005; done
truncate -s 50000 tiled.tif
wait $pid
[ $? = 1 ] || fail "a vanished input ends with status $?"
grep -Eq "cannot read tiled.tif, window .*; $advice" message && [ "$(wc -l <message)" = 1 ] || fail "it says: $(cat message)"
expect 1 'the input tiled.tif has changed since' "$sarinr" fit tiled.tif out.sinr $slow --resume
cp -p kept.tif tiled.tif
"$sarinr" fit tiled.tif whole.sinr $slow --overwrite >/dev/null
"$sarinr" fit tiled.tif out.sinr $slow --resume >/dev/null || fail "resume after the input is back"
same out.sinr

# A real full disk, where this machine lets us have one.
mkdir small
if mount -t tmpfs -o size=24k tmpfs small 2>/dev/null; then
  expect 1 '^sarinr: small/out.sinr.part cannot be written: No space left on device; small/out.sinr.part keeps the ' \
    "$sarinr" fit tiled.tif small/out.sinr $slow
  mount -o remount,size=4m small
  "$sarinr" fit tiled.tif small/out.sinr $slow --resume >/dev/null || fail "resume on a larger disk"
  same small/out.sinr
else
  echo "not tried on a real full disk: this machine does not let us mount one"
fi

# Where nothing was done, nothing is left, and remote outputs say what they cannot do.
expect 1 'cannot be created: No such file or directory' "$sarinr" fit scene.tif nowhere/out.sinr $small
expect 1 'not in the local file system' "$sarinr" fit scene.tif /vsimem/out.sinr $small --resume
expect 1 'no valid|--tiles is .*it must be A-B' "$sarinr" fit scene.tif out2.sinr $small --tiles 5-100000

# Memory does not decide bytes; the timeline is one that viewers read.
"$sarinr" fit scene.tif whole.sinr $small --overwrite >/dev/null
"$sarinr" fit scene.tif little.sinr $small --memory 64MB --trace trace.json >/dev/null || fail "fit in little memory"
same little.sinr
$python - <<'P' || fail "the timeline"
import json
names = {event["name"] for event in json.load(open("trace.json"))}
assert {"read", "prepare", "activate", "fit", "code", "write"} <= names, names
P
expect 2 '--memory: is less than 64MB' "$sarinr" fit scene.tif out3.sinr --memory 1MB
exit $failed
