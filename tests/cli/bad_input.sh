#!/usr/bin/env bash
# What is wrong with an input or a request is said in one clear line, with the right exit status, and leaves no output.
#   tests/cli/bad_input.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
checks=0

# expect STATUS PATTERN ARGUMENTS...: the last line on stderr matches the pattern, and no new file appears.
expect() {
  local status=$1 pattern=$2; shift 2
  local before after found
  before=$(ls -A | grep -vE '^(log|out)$')
  "$sarinr" "$@" >out 2>log
  found=$?
  after=$(ls -A | grep -vE '^(log|out)$')
  checks=$((checks + 1))
  if [ "$found" != "$status" ] || ! tail -n 1 log | grep -qE -- "$pattern" || [ "$before" != "$after" ] || [ "$(grep -c '^sarinr: ' log)" != 1 ]; then
    echo "sarinr $*: exit status $found (expected $status), said:"; cat log
    [ "$before" = "$after" ] || echo "new files: $(comm -13 <(echo "$before") <(echo "$after"))"
    failed=1
  fi
}

"$sarinr" simulate scene.tif --size 300,280 --quiet >/dev/null || exit 1
"$sarinr" simulate flat.tif --size 1,1 --quiet >/dev/null || exit 1
"$sarinr" fit flat.tif flat.sinr --quiet >/dev/null 2>&1 || exit 1
echo "not a raster" >text.txt
mkdir folder

expect 1 'missing.tif.*No such file' fit missing.tif a.sinr
expect 1 'text.txt' fit text.txt a.sinr
expect 1 'folder' fit folder a.sinr
expect 1 'flat.sinr exists: give --overwrite to replace it' fit scene.tif flat.sinr
expect 1 'nowhere' fit scene.tif nowhere/a.sinr
expect 1 "unknown engine 'abacus': the engines are auto, cpu, cuda, torch" fit scene.tif a.sinr --engine abacus
expect 1 "unknown architecture 'sirene': the architectures are siren, finer, gauss, pemlp, relu, wire, mfn-fourier, mfn-gabor, incode, sl2a" fit scene.tif a.sinr --arch sirene
expect 1 "unknown device 'gpu': the devices are auto, cpu, cuda and cuda:N" fit scene.tif a.sinr --device gpu
expect 1 'the width of siren is 2; it must lie between 4 and 512' fit scene.tif a.sinr --width 2
expect 1 'the depth of siren is 20; it must lie between 0 and 8' fit scene.tif a.sinr --depth 20
expect 1 'w0-first of siren is 0; it must lie between 0.1 and 3000' fit scene.tif a.sinr --w0-first 0
expect 1 'chebyshev-degree of sl2a is 0; it must lie between 1 and 512' fit scene.tif a.sinr --arch sl2a --chebyshev-degree 0
expect 1 'the initialisation scaled is for siren, finer and incode, not wire: leave it out' fit scene.tif a.sinr --arch wire --init scaled
expect 1 "unknown initialisation 'he': the initialisations are siren" fit scene.tif a.sinr --init he
expect 1 'band 7' fit scene.tif a.sinr --bands 7
expect 1 'window' fit scene.tif a.sinr --window 200,200,200,200
expect 1 'amplitude, power, db, complex, other, categorical' fit scene.tif a.sinr --quantity decibels
expect 1 'overlap is 5; it must be even' fit scene.tif a.sinr --overlap 5
expect 1 'activation-epochs is 3; it must be even' fit scene.tif a.sinr --activation-epochs 3
expect 1 'weight-bits is 1; it must be 0 or lie between 2 and 16' fit scene.tif a.sinr --weight-bits 1
expect 2 'tile-size' fit scene.tif a.sinr --tile-size 2
expect 2 'epochs' fit scene.tif a.sinr --epochs none
expect 2 'epochs' fit scene.tif a.sinr --epochs 0
expect 2 'nonsense' fit scene.tif a.sinr --nonsense
expect 2 'OUTPUT is required' fit scene.tif
expect 2 'subcommand is required' --log-level info
expect 2 "unknown subcommand 'colour': the subcommands are fit, .*, bench" colour scene.tif
modules=$(dirname "$sarinr")/../lib/sarinr
if [ -e "$modules/engine_torch.so" ] || [ -e "$modules/engine_cuda.so" ]; then
  expect 1 'no CUDA device' fit scene.tif a.sinr --device cuda:63
fi
if [ ! -e "$modules/engine_cuda.so" ]; then
  expect 1 'the cuda engine cannot be opened .*: build sarinr with SARINR_CUDA=ON, or choose another --engine' fit scene.tif a.sinr --engine cuda
elif [ ! -e /dev/nvidiactl ]; then
  expect 1 '^sarinr: --engine cuda: no CUDA device was found (.*): give --engine cpu$' fit scene.tif a.sinr --engine cuda
  expect 1 'the cuda engine does not run on a cpu: give --device cuda, or --engine cpu' fit scene.tif a.sinr --engine cuda --device cpu
fi
for field in "--field latent" "--bpp 0.5"; do
  expect 1 'the torch engine does not do this: latent fields are fitted by auto, cpu, cuda' fit scene.tif a.sinr $field --engine torch
  expect 1 'the cpu engine does not run on cuda: give --device cpu, or --engine cuda' fit scene.tif a.sinr $field --engine cpu --device cuda
  expect 1 "unknown device 'gpu': the devices are auto, cpu, cuda and cuda:N" fit scene.tif a.sinr $field --device gpu
done
if [ -e "$modules/engine_cuda.so" ] && [ ! -e /dev/nvidiactl ]; then
  expect 1 '^sarinr: --engine cuda: no CUDA device was found (.*): give --engine cpu$' fit scene.tif a.sinr --bpp 0.5 --engine cuda
fi
expect 1 'the cpu engine does not run on cuda:0: give --device cpu, or --engine torch' fit scene.tif a.sinr --engine cpu --device cuda:0
expect 1 "unknown instruction set 'mmx': this machine has auto, " fit scene.tif a.sinr --instructions mmx

expect 1 "unknown benchmark 'colours': the benchmarks are engines, codecs" bench colours
expect 1 'EPSG:0' simulate a.tif --size 64,64 --crs EPSG:0
expect 1 "as 'fog'.*amplitude, power, db and complex" simulate a.tif --size 64,64 --quantity fog
expect 1 'missing.sinr' info missing.sinr
expect 1 'missing.sinr' render missing.sinr a.tif
expect 1 'scene.tif: not a SARINR file' info scene.tif
expect 1 'scene.tif: not a SARINR file' render scene.tif a.tif
expect 1 'scene.tif exists: give --overwrite to replace it' render flat.sinr scene.tif
expect 1 'NoSuchFormat' render flat.sinr a.tif --of NoSuchFormat
expect 1 "unknown --ot 'Float16'" render flat.sinr a.tif --ot Float16
expect 1 'nowhere' render flat.sinr nowhere/a.tif

head -c 60 flat.sinr >short.sinr
expect 1 'short.sinr: .*truncated' info short.sinr
: >empty.sinr
expect 1 'empty.sinr' info empty.sinr
cp flat.sinr version.sinr; printf '\x09' | dd of=version.sinr bs=1 seek=6 conv=notrunc status=none
expect 1 'version 9; this program reads version 1' info version.sinr

# A flipped bit in the middle of a tile is reported with the tile's number, by whoever reads that tile.
"$sarinr" fit scene.tif scene.sinr --epochs 1 --width 8 --depth 0 --no-self-activation --tile-size 150 --quiet >/dev/null 2>&1
size=$(stat -c %s scene.sinr)
/usr/bin/python3 - scene.sinr "$((size - 120))" <<'P'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[2])] ^= 4
open("flipped.sinr", "wb").write(data)
P
expect 1 'flipped.sinr: tile [0-9]+ .*damaged' render flipped.sinr a.tif --quiet

echo "$((checks)) checks of bad input"
exit $failed
