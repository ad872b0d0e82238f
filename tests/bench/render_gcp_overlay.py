#!/usr/bin/python3
"""Does a north-up render of a scene with ground control points lie where gdalwarp -tps puts the original?

    tests/bench/render_gcp_overlay.py SARINR RASTER [--options "fit options"]

Prints the correlation of the logarithms and the shift between the two in target pixels, by phase correlation and a
parabola through its peak.
"""
import argparse
import pathlib
import shlex
import subprocess
import tempfile

import numpy as np
from osgeo import gdal

gdal.UseExceptions()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sarinr")
    parser.add_argument("raster")
    parser.add_argument("--options", default="--epochs 100")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        fields, ours, theirs = folder / "scene.sinr", folder / "ours.tif", folder / "theirs.tif"
        subprocess.run([arguments.sarinr, "fit", arguments.raster, fields, "--quiet", *shlex.split(arguments.options)],
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run([arguments.sarinr, "render", fields, ours, "--dst-crs", "EPSG:4326", "--ot", "Float32", "--quiet"], check=True)
        grid = gdal.Open(str(ours))
        t = grid.GetGeoTransform()
        bounds = [t[0], t[3] + t[5] * grid.RasterYSize, t[0] + t[1] * grid.RasterXSize, t[3]]
        gdal.Warp(str(theirs), arguments.raster, dstSRS="EPSG:4326", outputBounds=bounds, width=grid.RasterXSize, tps=True,
                  height=grid.RasterYSize, resampleAlg="cubic", errorThreshold=0, outputType=gdal.GDT_Float32, srcNodata=0, dstNodata=0)
        warped = gdal.Open(str(theirs))
        a, b = (dataset.GetRasterBand(1).ReadAsArray().astype(float) for dataset in (grid, warped))
        both = (a > 0) & (b > 0)
        a, b = (np.where(both, np.log(np.maximum(values, 1e-6)), 0) for values in (a, b))
        correlation = np.corrcoef(a[both], b[both])[0, 1]
        a, b = (np.where(both, values - values[both].mean(), 0) for values in (a, b))
        surface = np.fft.ifft2(np.fft.fft2(a) * np.conj(np.fft.fft2(b))).real
        peak = np.unravel_index(surface.argmax(), surface.shape)
        shift = []
        for axis in (1, 0):
            before, middle, after = (np.roll(surface, -step, axis)[peak] for step in (-1, 0, 1))
            whole = (peak[axis] + surface.shape[axis] // 2) % surface.shape[axis] - surface.shape[axis] // 2
            shift.append(whole + 0.5 * (before - after) / (before - 2 * middle + after))
        print(f"{pathlib.Path(arguments.raster).name}: {grid.RasterXSize} x {grid.RasterYSize} pixels, valid in both {both.mean():.3f}, "
              f"correlation {correlation:.4f}, shift {shift[0]:+.3f} columns, {shift[1]:+.3f} rows")


if __name__ == "__main__":
    main()
