#!/usr/bin/python3
"""Rendering speed and memory against gdalwarp and gdal_translate on the same grids.

    tests/bench/render_speed.py SARINR FIELDS.sinr [--rounds 5] [--threads 2]

The peers read the native render as a tiled, uncompressed GeoTIFF and write what sarinr writes: the same grid, type and
options. Rounds alternate; medians of the megapixels written (native grid, 4x, warped) or read (1/4) per second, and the
largest memory of each process.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from osgeo import gdal

gdal.UseExceptions()


def measure(command):
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sarinr")
    parser.add_argument("fields")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--crs", default="EPSG:3035")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        native, ours, theirs = folder / "native.tif", folder / "ours.tif", folder / "theirs.tif"
        plain = ["--co", "TILED=YES", "--co", "BIGTIFF=IF_SAFER"]
        render = [arguments.sarinr, "render", arguments.fields]
        subprocess.run([*render, native, "--quiet", *plain], check=True)
        source = gdal.Open(str(native))
        pixels = source.RasterXSize * source.RasterYSize / 1e6
        subprocess.run([*render, ours, "--dst-crs", arguments.crs, "--quiet", *plain], check=True)
        warped = gdal.Open(str(ours))
        t = warped.GetGeoTransform()
        extent = [t[0], t[3] + t[5] * warped.RasterYSize, t[0] + t[1] * warped.RasterXSize, t[3]]
        size = [str(warped.RasterXSize), str(warped.RasterYSize)]
        warp = ["gdalwarp", "-q", "-overwrite", "-multi", "-wo", f"NUM_THREADS={arguments.threads}", "-t_srs", arguments.crs,
                "-te", *map(str, extent), "-ts", *size, "-co", "TILED=YES", native, theirs]
        translate = ["gdal_translate", "-q", "-co", "TILED=YES", native, theirs]
        cases = [
            ("native grid", pixels, [], translate + []),
            ("1/4, average", pixels, ["--scale", "0.25"], translate + ["-r", "average", "-outsize", "25%", "25%"]),
            ("4x, cubic", 16 * pixels, ["--scale", "4"], translate + ["-r", "cubic", "-outsize", "400%", "400%"]),
            ("warped, bilinear", warped.RasterXSize * warped.RasterYSize / 1e6, ["--dst-crs", arguments.crs], warp + ["-r", "bilinear"]),
            ("warped, lanczos", warped.RasterXSize * warped.RasterYSize / 1e6, ["--dst-crs", arguments.crs], warp + ["-r", "lanczos"]),
        ]
        print(f"{source.RasterXSize} x {source.RasterYSize} pixels, {source.RasterCount} bands, {arguments.threads} threads\n")
        print("| grid (GDAL's resampling) | sarinr Mpixel/s | GDAL Mpixel/s | ratio | memory MB: sarinr | GDAL |\n|---|---|---|---|---|---|")
        for label, megapixels, options, peer in cases:
            mine, other = [], []
            for _ in range(arguments.rounds):
                mine.append(measure([*render, ours, "--overwrite", "--quiet", "--threads", str(arguments.threads), *plain, *options]))
                other.append(measure(peer))
            my_rate, their_rate = (megapixels / statistics.median(seconds for seconds, _ in runs) for runs in (mine, other))
            memory = [max(size for _, size in runs) for runs in (mine, other)]
            print(f"| {label} | {my_rate:.1f} | {their_rate:.1f} | {my_rate / their_rate:.2f} | {memory[0]:.0f} | {memory[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
