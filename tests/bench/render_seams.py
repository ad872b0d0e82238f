#!/usr/bin/python3
"""Do tile borders show? Jumps of the residual (render minus reference) across borders against those across other lines.

    tests/bench/render_seams.py SARINR RASTER [--options "fit options"]

Fits RASTER, renders it back and takes the residual of every band in the fit domain (decibels for amplitude, power and
dB). For each line between two columns or rows the root mean square of the residual's step across it is one sample; the
samples at tile borders are compared with all others. Three standard errors are allowed.
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
        print("| band | jump at borders, dB | at other lines | ratio | 3 standard errors |\n|---|---|---|---|---|")
        for band in range(1, reference.RasterCount + 1):
            quantity = info["bands"][band - 1]["quantity"]
            nodata = reference.GetRasterBand(band).GetNoDataValue()
            original = reference.GetRasterBand(band).ReadAsArray().astype(float)
            if nodata is not None:
                original[original == nodata] = np.nan
            residual = in_fit_domain(render.GetRasterBand(band).ReadAsArray(), quantity) - in_fit_domain(original, quantity)
            at_borders, elsewhere = [], []
            for lines in (residual, residual.T):
                jumps = line_jumps(lines)
                chosen = np.zeros(jumps.size, bool)
                chosen[[border - 1 for border in borders(lines.shape[1], arguments.tile_size)]] = True
                at_borders.append(jumps[chosen])
                elsewhere.append(jumps[~chosen])
            at_borders, elsewhere = np.concatenate(at_borders), np.concatenate(elsewhere)
            ratio = at_borders.mean() / elsewhere.mean()
            error = elsewhere.std() / np.sqrt(at_borders.size) / elsewhere.mean()
            print(f"| {band} | {at_borders.mean():.4f} ({at_borders.size} lines) | {elsewhere.mean():.4f} | {ratio:.3f} | {3 * error:.3f} |")


if __name__ == "__main__":
    main()
