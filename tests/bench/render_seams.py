#!/usr/bin/python3
"""Do tile borders show? Jumps of the residual (render minus reference) across borders against those across other lines.

    tests/bench/render_seams.py SARINR RASTER [--options "fit options"]

Fits RASTER, renders it back and takes the residual of every band in the fit domain (decibels for amplitude, power and
dB). For each line between two columns or rows the root mean square of the residual's step across it is one sample; each
sample at a tile border is divided by the mean of the lines 8 to 40 pixels beside it, which lie in the same part of the
scene. The ratios' mean should be at most 1.02; their standard error says how well it is known.
"""
import argparse
import json
import pathlib
import shlex
import subprocess
import tempfile

import numpy as np
from osgeo import gdal

gdal.UseExceptions()


def in_fit_domain(values, quantity):
    if quantity in ("amplitude", "power"):
        with np.errstate(divide="ignore", invalid="ignore"):
            return (20 if quantity == "amplitude" else 10) * np.log10(np.where(values > 0, values, np.nan))
    return values


def borders(length, size):
    count = max(1, round(length / size))
    return [i * length // count for i in range(1, count)]


def line_jumps(residual):
    """Per line between neighbouring columns: the root mean square step across it."""
    return np.sqrt(np.nanmean(np.diff(residual, axis=1) ** 2, axis=0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sarinr")
    parser.add_argument("raster")
    parser.add_argument("--options", default="")
    parser.add_argument("--tile-size", type=int, default=256)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fields, back = pathlib.Path(folder) / "scene.sinr", pathlib.Path(folder) / "back.tif"
        subprocess.run([arguments.sarinr, "fit", arguments.raster, fields, "--quiet", "--tile-size", str(arguments.tile_size),
                        *shlex.split(arguments.options)], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([arguments.sarinr, "render", fields, back, "--quiet", "--ot", "Float64"], check=True)
        info = json.loads(subprocess.run([arguments.sarinr, "info", fields, "--json"], check=True, capture_output=True).stdout)
        reference, render = gdal.Open(arguments.raster), gdal.Open(str(back))
        print("| band | border lines | jump beside them, dB | ratio at borders | standard error |\n|---|---|---|---|---|")
        for band in range(1, reference.RasterCount + 1):
            quantity = info["bands"][band - 1]["quantity"]
            nodata = reference.GetRasterBand(band).GetNoDataValue()
            original = reference.GetRasterBand(band).ReadAsArray().astype(float)
            if nodata is not None:
                original[original == nodata] = np.nan
            residual = in_fit_domain(render.GetRasterBand(band).ReadAsArray(), quantity) - in_fit_domain(original, quantity)
            ratios, levels = [], []
            for lines in (residual, residual.T):
                jumps = line_jumps(lines)
                for border in borders(lines.shape[1], arguments.tile_size):
                    beside = [border - 1 + sign * step for sign in (-1, 1) for step in range(8, 41)]
                    level = np.nanmean([jumps[line] for line in beside if 0 <= line < jumps.size])
                    ratios.append(jumps[border - 1] / level)
                    levels.append(level)
            error = np.std(ratios, ddof=1) / np.sqrt(len(ratios)) if len(ratios) > 1 else float("nan")
            print(f"| {band} | {len(ratios)} | {np.mean(levels):.4f} | {np.mean(ratios):.3f} | {error:.3f} |")


if __name__ == "__main__":
    main()
