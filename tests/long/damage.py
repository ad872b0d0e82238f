"""Flips bits of sound.sinr and holds renders and repairs of it against the sound one. Called by damage.sh."""
import bisect
import json
import random
import subprocess
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
sarinr, files = sys.argv[1], int(sys.argv[2])
flips_a_file = 25


def run(*arguments):
    return subprocess.run([sarinr, *arguments], capture_output=True, text=True)


def values(path):
    return gdal.Open(path).ReadAsArray()


sound = open("sound.sinr", "rb").read()
info = json.loads(run("info", "sound.sinr", "--tiles", "--json").stdout)
tiles = info["tiles"]
run("render", "sound.sinr", "sound.tif", "--quiet")
whole = values("sound.tif")
begins = [tile["offset"] for tile in tiles]
end = begins[-1] + tiles[-1]["bytes"]
shared_begin = begins[0] - info["sizes"]["shared"]
number = np.zeros(whole.shape, np.int32)
for tile in tiles:
    number[tile["y"]:tile["y"] + tile["height"], tile["x"]:tile["x"] + tile["width"]] = tile["tile"]

random.seed(5)
flipped = refused = left_out = restored = rebuilt = extra = 0
for trial in range(files):
    data = bytearray(sound)
    bits = random.sample(range(8 * len(sound)), flips_a_file)
    hits = {}
    header = shared = index = 0
    for bit in bits:
        data[bit // 8] ^= 1 << bit % 8
        if bit // 8 < shared_begin:
            header += 1
        elif bit // 8 < begins[0]:
            shared += 1
        elif bit // 8 >= end:
            index += 1
        else:
            tile = bisect.bisect(begins, bit // 8) - 1
            hits[tile] = hits.get(tile, 0) + 1
    flipped += flips_a_file
    open("bad.sinr", "wb").write(data)
    rendered = run("render", "bad.sinr", "bad.tif", "--ignore-damaged", "--overwrite", "--quiet")
    if shared > 1:
        refused += 1
        continue
    if header:
        assert rendered.returncode == 1 and "header" in rendered.stderr, rendered.stderr
        refused += 1
    else:
        assert rendered.returncode == (1 if hits else 0), rendered.stderr
        got = values("bad.tif")
        gone = set(np.unique(number[(got == 0) & (whole != 0)]).tolist())
        assert set(hits) <= gone and (index or set(hits) == gone), (trial, set(hits) ^ gone)
        kept = ~np.isin(number, list(gone))
        assert np.array_equal(got[kept], whole[kept]), trial
        assert (got[~kept] == 0).all(), trial
        left_out += len(gone)
        extra += len(gone) - len(hits)
        rebuilt += index > 0
    repaired = run("repair", "bad.sinr", "good.sinr", "--overwrite", "--json")
    if header > 1:
        assert repaired.returncode == 1, repaired.stderr
        continue
    lost = set(json.loads(repaired.stdout)["lost_tiles"])
    assert index or lost <= {tile for tile, count in hits.items() if count > 1}, (trial, lost)
    restored += len(set(hits) - lost)
    run("render", "good.sinr", "good.tif", "--ignore-damaged", "--overwrite", "--quiet")
    kept = ~np.isin(number, list(lost))
    assert np.array_equal(values("good.tif")[kept], whole[kept]), trial
print(f"{flipped} flipped bits in {files} copies of a file of {len(tiles)} tiles, {len(sound)} bytes: {left_out} tiles left "
      f"out ({extra} beside those hit), all others exact; {refused} copies lost with their header or shared weights, {rebuilt} indexes "
      f"rebuilt; repair restored {restored} tiles")
