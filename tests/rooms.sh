#!/usr/bin/env bash
# Rooms may only use the rooms below them: every #include "sarinr/ROOM/..." and "ROOM/..." is held against this table,
# which is docs/design.md's. LibTorch stays in its module.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A may=(
  [base]=""
  [radiometry]="base"
  [tiling]="base"
  [field]="base"
  [codec]="base field radiometry tiling"
  [container]="base field radiometry tiling codec"
  [fit]="base field codec"
  [render]="base field tiling radiometry codec"
  [quality]="base radiometry"
  [scene]="base field tiling radiometry codec container fit render quality"
  [benchmark]="base field tiling radiometry codec container fit render quality scene"
  [study]="base field tiling radiometry codec container fit render quality scene"
)
wrong=0
for room in "${!may[@]}"; do
  while IFS=: read -r file line; do
    used=$(sed -E 's/.*"(sarinr\/)?([a-z]+)\/.*/\2/' <<<"$line")
    [[ " $room ${may[$room]} " == *" $used "* ]] && continue
    echo "$file uses the room $used, which $room may not"
    wrong=1
  done < <(grep -rHoE --include=*.h --include=*.cpp '#include "(sarinr/)?[a-z]+/[^"]*"' "src/$room" "include/sarinr/$room" 2>/dev/null)
done
if grep -rlE 'torch/|ATen/' src include geo cli --include=*.h --include=*.cpp | grep -v '^src/fit/torch/'; then
  echo "LibTorch's headers belong to src/fit/torch"
  wrong=1
fi
exit $wrong
