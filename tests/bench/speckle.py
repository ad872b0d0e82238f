#!/usr/bin/env python3
"""Speckle put back into low-rate files: is it the source's?

    tests/bench/speckle.py SARINR RASTERS [BPP [EFFORT [SEEDS]]]

Each band of RASTERS is fitted alone at BPP (0.15) with --keep-speckle, rendered without and, with each of SEEDS (3) seeds, with speckle, and
held against the source by sarinr report. Complex bands are fitted as amplitudes. Of ENL the test's median over the reference's is printed: over
the most even tenth of the 25x25 windows, and over all of them. Figures with speckle are means over the seeds, with the least and the greatest ENL ratio;
the limit of KL is max(0.01, twice that of two halves of the reference); correlations are the test's less the reference's, at lag 1 along rows and
columns. Needs GDAL."""
import json
import os
import subprocess
import sys
import tempfile

from osgeo import gdal

import numpy as np

gdal.UseExceptions()
# What, the quantity fitted, and the band.
IMAGES = [("sentinel1/spain_vvvh_sigma0_db.tif", "db", 1), ("sentinel1/spain_vvvh_sigma0_db.tif", "db", 2),
          ("sentinel1/camargue_vv_gamma0_db.tif", "db", 1), ("sentinel1/morocco_vv_amplitude.tif", "amplitude", 1),
          ("sentinel1/wuhan_city_vh_power.tif", "power", 1), ("slc/asar_cfloat32.tif", "complex", 1),
          ("slc/uavsar_winnipeg_hh_cfloat32.tif", "complex", 1),
          ("slc/rotterdam_quadpol_cint16_rotated.tif", "complex", 1),
          ("polsar/winnipeg_dualpol_power_101x201.tif", "power", 1),
          ("polsar/winnipeg_dualpol_power_101x201.tif", "power", 2),
          ("sentinel1/seychelles_grd_vh_dn_gcp.tif", "amplitude", 1),
          ("sentinel1/india_grd_vvvh_dn_gcp.tif", "amplitude", 1),
          ("sentinel1/india_grd_vvvh_dn_gcp.tif", "amplitude", 2)]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def amplitude(raster, number, path):
    """A complex band, detected."""
    dataset = gdal.Open(raster)
    values = np.abs(dataset.GetRasterBand(number).ReadAsArray().astype(np.complex128)).astype(np.float32)
    out = gdal.GetDriverByName("GTiff").Create(path, values.shape[1], values.shape[0], 1, gdal.GDT_Float32)
    out.GetRasterBand(1).WriteArray(values)
    out.FlushCache()


def figures(sarinr, source, test, options):
    """ENL ratios of even windows and of all, KL and its limit, correlations' differences, RMSE."""
    one_tile = ["--tile-size", "1048576"]  # whose ENL is the median over all windows
    report = json.loads(run(sarinr, "report", source, test, *options, *one_tile, "--json", "--allow-speckle",
                            "--ignore-georeferencing", "--quiet"))
    band = report["bands"][0]
    own, tile = band["figures"], band["tiles"][0]
    lags = [own[f"speckle_correlation_{axis}_test"] - own[f"speckle_correlation_{axis}_reference"]
            for axis in ("rows", "columns")]
    return [own["enl_ratio"], tile["enl_median_test"] / tile["enl_median_reference"], own["kl"],
            max(0.01, 2 * own["kl_floor"]), *lags, own["rmse"]]


def main():
    sarinr, rasters = sys.argv[1], sys.argv[2]
    bpp = sys.argv[3] if len(sys.argv) > 3 else "0.15"
    effort = sys.argv[4] if len(sys.argv) > 4 else "5"
    seeds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    print("| raster, band | bpp, of it speckle | even windows: field, with speckle | all windows | KL (limit) | "
          "lag 1: rows, columns | RMSE, dB |\n|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, quantity, number in IMAGES:
            source, options = os.path.join(rasters, name), ["--bands", str(number)]
            if quantity == "complex":
                source, options, quantity = os.path.join(folder, "amplitude.tif"), [], "amplitude"
                amplitude(os.path.join(rasters, name), number, source)
            options += ["--quantity", quantity]
            file, test = os.path.join(folder, "file.sinr"), os.path.join(folder, "test.tif")
            run(sarinr, "fit", source, file, *options, "--bpp", bpp, "--effort", effort, "--keep-speckle", "--quiet",
                "--overwrite", "--threads", "2")
            info = json.loads(run(sarinr, "info", file, "--json"))
            made = []
            for seed in [0, *range(1, seeds + 1)]:
                speckle = [f"--speckle={seed}"] if seed else []
                run(sarinr, "render", file, test, *speckle, "--quiet", "--overwrite", "--threads", "2")
                made.append(figures(sarinr, source, test, options))
            field, speckled = np.array(made[0]), np.array(made[1:])
            mean, low, high = speckled.mean(0), speckled.min(0), speckled.max(0)
            share = 8 * info["sizes"]["speckle"] / (info["width"] * info["height"])
            label = os.path.basename(name).rsplit(".", 1)[0]
            print(f"| {label}, {number} | {info['bits_per_pixel_without_metadata']:.3f}, {share:.4f} | "
                  f"{field[0]:.2f}, {mean[0]:.2f} ({low[0]:.2f}-{high[0]:.2f}) | "
                  f"{field[1]:.2f}, {mean[1]:.2f} ({low[1]:.2f}-{high[1]:.2f}) | "
                  f"{field[2]:.3f}, {mean[2]:.4f} ({mean[3]:.4f}) | "
                  f"{field[4]:+.2f} {field[5]:+.2f}, {mean[4]:+.3f} {mean[5]:+.3f} | "
                  f"{field[6]:.2f}, {mean[6]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
