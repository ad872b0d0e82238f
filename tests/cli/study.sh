#!/usr/bin/env bash
# sarinr study: every study at --smoke writes its three files; finished cells are taken up; what is refused.
#   tests/cli/study.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3

refused() { # STATUS TEXT ARGUMENTS...
  local status=$1 text=$2
  shift 2
  "$sarinr" study "$@" >out 2>err
  local got=$?
  [ $got -eq "$status" ] || fail "status $got instead of $status: study $*"
  grep -qF -- "$text" err || fail "no '$text' from: study $* ($(cat err))"
}

"$sarinr" study --list >list || fail "--list"
studies=$(awk '{ print $1 }' list)
for study in activation architectures defaults initialisation ntk spectral-bias super-resolution; do
  grep -q "^$study  *[^ ]" list || fail "--list lacks $study"
done

for study in $studies; do
  "$sarinr" study "$study" -o "$study" --smoke --quiet >"$study.md" 2>err || fail "study $study: $(cat err)"
  grep -q '^|---|' "$study.md" || fail "$study prints no table"
  $python - "$study" <<'P' || fail "the files of $study are not what they should be"
import csv, json, sys
name = sys.argv[1]
study = json.load(open(f"{name}/study.json"))
assert study["schema"] == "sarinr-study/1" and study["study"] == name and study["size"] == "smoke"
assert study["cells"] and not [c for c in study["cells"] if "failed" in c["result"]], study["cells"]
rows = list(csv.DictReader(open(f"{name}/study.csv")))
assert len(rows) == len(study["cells"])
assert len(open(f"{name}/cells.jsonl").readlines()) >= len(rows) + 1
page = open(f"{name}/index.html").read()
assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>") and "http" not in page
assert page.count("<table") == page.count("</table") >= 1 and page.count("<div") == page.count("</div")
P
done

# Rasters, two of its bands, and a second call that computes nothing and changes nothing.
"$sarinr" simulate scene.tif --size 48,40 --bands 2 --quantity amplitude --looks 4 --quiet >/dev/null || exit 1
again() { "$sarinr" study defaults scene.tif --bands 1,2 --tile-size 32 -o images --smoke --quiet --json; }
again >first.json || fail "study of a raster"
cp images/cells.jsonl cells
again >second.json || fail "the second call"
cmp -s first.json second.json || fail "the second call gives something else"
cmp -s cells images/cells.jsonl || fail "the second call changed the cells"
grep -q '"scene band 2"' first.json || fail "the second band has no name of its own"
# More seeds are more cells of the same kind.
once=$(wc -l <ntk/cells.jsonl)
"$sarinr" study ntk -o ntk --smoke --quiet --seeds 2 >/dev/null || fail "more seeds"
[ $(($(wc -l <ntk/cells.jsonl) - 1)) -eq $((2 * (once - 1))) ] || fail "a second seed does not double the cells"

refused 1 "unknown study 'nothing': the studies are " nothing -o x
refused 1 "say with -o in which folder" ntk
refused 1 "name a study: sarinr study --list" -o x
refused 1 "the study ntk takes no images" ntk scene.tif -o x --smoke
refused 1 "holds cells of another study" defaults -o ntk --smoke
refused 1 "missing.tif" defaults missing.tif -o x --smoke
refused 2 "--smoke excludes --quick" ntk -o x --smoke --quick
touch plain
refused 1 "the folder plain/x cannot be made" ntk -o plain/x --smoke
[ -e x ] && fail "a refused study left a folder"

[ $failed -eq 0 ] && echo "tests/cli/study.sh: passed"
exit $failed
