#!/usr/bin/python3
"""Who comes nearest to the truth in another coordinate system: sarinr render, or gdalwarp of the native render?

    tests/bench/render_reprojection.py SARINR [--size 512] [--options "fit options"]

The truth is a simulated landscape without speckle, made eight times finer than the scene and band-limited to the scene's
sampling (a Gaussian of `--sigma` native pixels), so that its value is known at any point. The scene is its samples at the
native pixel centres. It is fitted once; the fit is rendered into the other system directly, and its native render is
warped there by gdalwarp. All are compared with the truth at the target pixels' own places, in dB.
"""
import argparse
import pathlib
import shlex
import subprocess
import tempfile

import numpy as np
from osgeo import gdal, osr
from scipy import ndimage

gdal.UseExceptions()
FINER = 8


def make_scene(arguments, folder):
    fine_file, scene = folder / "fine.tif", folder / "scene.tif"
    size = arguments.size * FINER
    subprocess.run([arguments.sarinr, "simulate", folder / "speckled.tif", "--truth", fine_file, "--size", f"{size},{size}",
                    "--quantity", "db", "--resolution", f"{10 / FINER},{10 / FINER}", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    fine = gdal.Open(str(fine_file))
    transform = list(fine.GetGeoTransform())
    truth = ndimage.gaussian_filter(fine.ReadAsArray().astype(float), arguments.sigma * FINER, mode="nearest")
    # The centre of a native pixel lies on a corner of fine pixels: the cubic spline gives the value there.
    spline = ndimage.spline_filter(truth, order=3, mode="nearest")
    centres = (np.arange(arguments.size) + 0.5) * FINER - 0.5
    samples = ndimage.map_coordinates(spline, np.meshgrid(centres, centres, indexing="ij"), order=3, mode="nearest", prefilter=False)
    out = gdal.GetDriverByName("GTiff").Create(str(scene), arguments.size, arguments.size, 1, gdal.GDT_Float32, ["TILED=YES"])
    out.SetGeoTransform([transform[0], 10, 0, transform[3], 0, -10])
    out.SetProjection(fine.GetProjection())
    out.GetRasterBand(1).SetUnitType("dB")
    out.GetRasterBand(1).WriteArray(samples)
    out.FlushCache()
    return scene, spline, transform, fine.GetProjection()


def truth_on(grid, spline, transform, projection):
    """The truth at the centres of the grid's pixels; NaN outside a margin of three native pixels."""
    dataset = gdal.Open(str(grid))
    target = dataset.GetGeoTransform()
    columns, rows = np.meshgrid(np.arange(dataset.RasterXSize) + 0.5, np.arange(dataset.RasterYSize) + 0.5)
    x, y = target[0] + columns * target[1], target[3] + rows * target[5]
    systems = [osr.SpatialReference(), osr.SpatialReference()]
    systems[0].ImportFromWkt(dataset.GetProjection())
    systems[1].ImportFromWkt(projection)
    for system in systems:
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    points = np.array(osr.CoordinateTransformation(*systems).TransformPoints(np.column_stack([x.ravel(), y.ravel()])))
    column = (points[:, 0] - transform[0]) / transform[1] - 0.5
    row = (points[:, 1] - transform[3]) / transform[5] - 0.5
    values = ndimage.map_coordinates(spline, [row, column], order=3, mode="nearest", prefilter=False)
    margin = 3 * FINER
    inside = (column > margin) & (row > margin) & (column < spline.shape[1] - margin) & (row < spline.shape[0] - margin)
    return np.where(inside, values, np.nan).reshape(x.shape)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sarinr")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--sigma", type=float, default=0.6)
    parser.add_argument("--crs", default="EPSG:3035")
    parser.add_argument("--options", default="--epochs 1000")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        scene, spline, transform, projection = make_scene(arguments, folder)
        subprocess.run([arguments.sarinr, "fit", scene, folder / "scene.sinr", "--quiet", *shlex.split(arguments.options)], check=True)
        subprocess.run([arguments.sarinr, "render", folder / "scene.sinr", folder / "native.tif", "--quiet"], check=True)
        native = gdal.Open(str(folder / "native.tif")).ReadAsArray()
        error = native - gdal.Open(str(scene)).ReadAsArray()
        print(f"native grid: RMSE {np.sqrt(np.mean(error ** 2)):.4f} dB\n")
        print("| grid | sarinr render | " + " | ".join(f"gdalwarp {m}" for m in ("near", "bilinear", "cubic", "cubicspline", "lanczos")) + " |")
        print("|---|" + "---|" * 6)
        for label, resolution in (("native, 10 m", 10), ("2x, 5 m", 5)):
            ours = folder / f"ours{resolution}.tif"
            subprocess.run([arguments.sarinr, "render", folder / "scene.sinr", ours, "--dst-crs", arguments.crs,
                            "--resolution", str(resolution), "--quiet"], check=True)
            grid = gdal.Open(str(ours))
            truth = truth_on(ours, spline, transform, projection)
            t = grid.GetGeoTransform()
            bounds = [t[0], t[3] + t[5] * grid.RasterYSize, t[0] + t[1] * grid.RasterXSize, t[3]]
            rows = [grid.ReadAsArray()]
            for method in ("near", "bilinear", "cubic", "cubicspline", "lanczos"):
                theirs = str(folder / f"{method}{resolution}.tif")
                gdal.Warp(theirs, str(folder / "native.tif"), dstSRS=arguments.crs, outputBounds=bounds, errorThreshold=0,
                          width=grid.RasterXSize, height=grid.RasterYSize, resampleAlg=method, dstNodata=float("nan"))
                rows.append(gdal.Open(theirs).ReadAsArray())
            valid = np.isfinite(truth) & np.all([np.isfinite(row) for row in rows], axis=0)
            errors = [np.sqrt(np.mean((row[valid] - truth[valid]) ** 2)) for row in rows]
            print(f"| {label} | " + " | ".join(f"{value:.4f}" for value in errors) + " |", flush=True)


if __name__ == "__main__":
    main()
