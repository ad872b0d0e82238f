#!/usr/bin/python3
"""Latent fields and SIREN between and over the pixels: renders at 2x and 1/4x against the truth of a simulated scene.

    tests/bench/latent_render.py SARINR [--size 1024] [--seed 1]

A scene is simulated with its truth (no speckle); its means of power over 2 x 2 pixels are the source. SIREN fits the
source, then a latent field is fitted to the PSNR that SIREN came to, both with tiles of 256 pixels. Renders of twice the
source's size and of a quarter of it are held against the truth and its means of power over 8 x 8 pixels:
root mean square error in dB; overshoot, the mean distance in dB by which a render lies outside the truth's range within
5 x 5 pixels (ringing); and the residual's step across tile borders over that 8 to 40 pixels beside them (seams).
GDAL's cubic kernel on the source itself is the third.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from osgeo import gdal
from scipy.ndimage import maximum_filter, minimum_filter

gdal.UseExceptions()
TILE = 256


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def means_of_power(decibels, factor):
    rows, columns = decibels.shape
    power = 10 ** (decibels / 10)
    return 10 * np.log10(power.reshape(rows // factor, factor, columns // factor, factor).mean((1, 3)))


def overshoot(render, truth):
    over = np.maximum(render - maximum_filter(truth, 5), 0) + np.maximum(minimum_filter(truth, 5) - render, 0)
    return float(over.mean())


def seams(residual, tile):
    """Over borders along both axes."""
    ratios = []
    for lines in (residual, residual.T):
        jumps = np.sqrt(np.mean(np.diff(lines, axis=1) ** 2, axis=0))
        for border in range(tile, lines.shape[1], tile):
            beside = np.r_[jumps[border - 41 : border - 8], jumps[border + 7 : border + 40]]
            ratios.append(jumps[border - 1] / beside.mean())
    return float(np.mean(ratios))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sarinr")
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--siren", default="--width 96 --epochs 400")
    parser.add_argument("--effort", default="4")
    arguments = parser.parse_args()
    sarinr = arguments.sarinr
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(sarinr, "simulate", folder / "speckled.tif", "--truth", folder / "truth.tif", "--quantity", "db", "--quiet",
            "--size", f"{arguments.size},{arguments.size}", "--seed", arguments.seed)
        truth = gdal.Open(str(folder / "truth.tif")).ReadAsArray().astype(float)
        source = means_of_power(truth, 2)
        scene = gdal.GetDriverByName("GTiff").Create(str(folder / "source.tif"), *source.shape[::-1], 1, gdal.GDT_Float32)
        scene.GetRasterBand(1).WriteArray(source)
        scene = None
        fit = [sarinr, "fit", folder / "source.tif"]
        options = ["--quantity", "db", "--tile-size", TILE, "--quiet"]
        run(*fit, folder / "siren.sinr", *options, *arguments.siren.split())

        def summary(path):
            said = subprocess.run([sarinr, "info", path, "--json"], check=True, capture_output=True).stdout
            return json.loads(said)["bands"][0]["fits"][0]["psnr"], path.stat().st_size

        psnr = summary(folder / "siren.sinr")[0]
        run(*fit, folder / "latent.sinr", *options, "--psnr", psnr, "--effort", arguments.effort)
        print("| | PSNR dB | bytes | 2x: RMSE dB | overshoot dB | seams | 1/4x: RMSE dB |\n|---|---|---|---|---|---|---|")
        for field in ("siren", "latent", "cubic"):
            path = folder / f"{field}.sinr"
            renders = {}
            for label, scale in (("fine", 2), ("coarse", 0.25)):
                out = folder / f"{field}_{label}.tif"
                if field == "cubic":
                    method = "cubic" if scale > 1 else "average"
                    side = str(int(source.shape[0] * scale))
                    data = folder / "power.tif"
                    means = gdal.GetDriverByName("GTiff").Create(str(data), *source.shape[::-1], 1, gdal.GDT_Float32)
                    means.GetRasterBand(1).WriteArray(source if scale > 1 else 10 ** (source / 10))
                    means = None
                    run("gdal_translate", "-r", method, "-outsize", side, side, data, out)
                else:
                    run(sarinr, "render", path, out, "--scale", scale, "--sampling", "point" if scale > 1 else "average")
                renders[label] = gdal.Open(str(out)).ReadAsArray().astype(float)
                if field == "cubic" and scale < 1:
                    renders[label] = 10 * np.log10(renders[label])
            residual = renders["fine"] - truth
            coarse = renders["coarse"] - means_of_power(truth, 8)
            known = summary(path) if field != "cubic" else ("-", "-")
            first = f"{known[0]:.2f} | {known[1]}" if field != "cubic" else "- | -"
            print(f"| {field} | {first} | {np.sqrt(np.mean(residual**2)):.3f} | {overshoot(renders['fine'], truth):.4f} | "
                  f"{seams(residual, 2 * TILE):.3f} | {np.sqrt(np.mean(coarse**2)):.3f} |", flush=True)


main()
