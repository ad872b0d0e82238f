#!/usr/bin/env python3
"""Sizes of files that promise something of every pixel, beside image codecs that are given the same promise.

    tests/bench/promise_peers.py SARINR RASTERS [bounded|lossless]

Bounded: each detected raster of RASTERS at 0.25, 0.5 and 1 dB. LERC codes decibels with that largest error (LERC_ZSTD and
LERC_DEFLATE, whichever is smaller; of whole amplitudes with an error that keeps the promise when its floats are rounded to them); JPEG XL (-d 0, efforts 7 and 9), reversible JPEG 2000 and GeoTIFF with ZSTD 22 and
DEFLATE 9 (predictors 1 and 2) code the decibels' numbers in steps of twice the error, of whole amplitudes those of intervals that keep it. Lossless: integers as they are.
Pixels without a value are set to the smallest that has one, for the peers; their masks are not counted, ours are. Bands,
and components of complex numbers, are files of their own for the peers. Bits a pixel and band (component), preserved
metadata not counted. Needs cjxl, opj_compress and GDAL; every .sinr is rendered and checked."""
import json
import os
import subprocess
import sys
import tempfile

from osgeo import gdal

import numpy as np

gdal.UseExceptions()
DETECTED = {
    "sentinel1/spain_vvvh_sigma0_db.tif": "db", "sentinel1/camargue_vv_gamma0_db.tif": "db",
    "sentinel1/morocco_vv_amplitude.tif": "amplitude", "sentinel1/india_grd_vvvh_dn_gcp.tif": "amplitude",
    "sentinel1/seychelles_grd_vh_dn_gcp.tif": "amplitude", "sentinel1/wuhan_city_vh_power.tif": "power",
    "polsar/winnipeg_dualpol_power_101x201.tif": "power", "degenerate/rotterdam_db_untagged_nan.tif": "db",
    "reference/lely_ref_amp.tif": "amplitude", "reference/limagne_ref_amp.tif": "amplitude",
    "reference/marais1_ref_amp.tif": "amplitude", "reference/ramb_ref_amp.tif": "amplitude"}
INTEGERS = ["sentinel1/india_grd_vvvh_dn_gcp.tif", "sentinel1/seychelles_grd_vh_dn_gcp.tif",
            "slc/asar_cint16.tif", "slc/rotterdam_quadpol_cint16_rotated.tif"]
BYTES = ["sentinel1/spain_vvvh_sigma0_db.tif", "sentinel1/wuhan_city_vh_power.tif", "reference/lely_ref_amp.tif"]


def quietly(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def valid_pixels(band, values, quantity):
    valid = np.isfinite(values)
    if band.GetNoDataValue() is not None:
        valid &= values != band.GetNoDataValue()
    return valid & (values != 0) if quantity in ("amplitude", "power") else valid


def decibels(values, quantity):
    if quantity == "db":
        return values.astype(float)
    return (20 if quantity == "amplitude" else 10) * np.log10(np.abs(values.astype(float)))


def interval_begins(limit):
    """Intervals of whole amplitudes, each with a whole number that is within the limit of all: wider ones than steps of
    decibels, rounded to the type, could promise."""
    begins, begin, ratio = [], 1, 10 ** (limit / 20)
    while begin < 65536:
        begins.append(begin)
        begin = int(int(begin * ratio) * ratio) + 1
    return np.array(begins)


def tiff_size(array, folder, options):
    path = os.path.join(folder, "peer.tif")
    kind = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "float32": gdal.GDT_Float32}[str(array.dtype)]
    height, width = array.shape
    made = gdal.GetDriverByName("GTiff").Create(path, width, height, 1, kind, options + [f"BLOCKYSIZE={height}"])
    made.WriteArray(array)
    made = None
    return os.path.getsize(path)


def plane_peers(numbers, folder):
    """Bytes of each lossless peer for a plane of whole numbers."""
    numbers = numbers - numbers.min()
    array = numbers.astype(np.uint8 if numbers.max() < 256 else np.uint16)
    pgm = os.path.join(folder, "plane.pgm")
    with open(pgm, "wb") as out:
        out.write(b"P5\n%d %d\n%d\n" % (array.shape[1], array.shape[0], 255 if array.dtype == np.uint8 else 65535))
        out.write(array.astype(">u2").tobytes() if array.dtype == np.uint16 else array.tobytes())
    sizes = {}
    for effort in "79":
        quietly("cjxl", pgm, pgm + ".jxl", "-d", "0", "-e", effort, "--num_threads=0")
        sizes["jxl"] = min(sizes.get("jxl", 1 << 60), os.path.getsize(pgm + ".jxl"))
    quietly("opj_compress", "-i", pgm, "-o", pgm + ".j2k", "-n", "5")
    sizes["jp2"] = os.path.getsize(pgm + ".j2k")
    for name, level in (("zstd", "ZSTD_LEVEL=22"), ("deflate", "ZLEVEL=9")):
        sizes[name] = min(tiff_size(array, folder, [f"COMPRESS={name.upper()}", level, f"PREDICTOR={p}"])
                          for p in (1, 2))
    return sizes


def lerc_size(level, limit, whole, folder):
    """LERC at the largest of some errors that keeps the limit: for whole amplitudes, after rounding to them."""
    for share in (1, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05, 0.02):
        sizes = [tiff_size(level.astype(np.float32), folder, [f"COMPRESS={c}", f"MAX_Z_ERROR={share * limit}"])
                 for c in ("LERC_ZSTD", "LERC_DEFLATE")]
        found = gdal.Open(os.path.join(folder, "peer.tif")).ReadAsArray().astype(float)
        if whole is not None:
            found = 20 * np.log10(np.maximum(1, np.round(10 ** (found / 20))))
        if whole is None or np.abs(found - level).max() <= limit:
            return min(sizes)
    raise AssertionError("LERC does not keep the limit")


def own_size(sarinr, source, options, folder):
    out = os.path.join(folder, "own.sinr")
    said = subprocess.run([sarinr, "--log-level", "error", "fit", source, out, "--overwrite", "--quiet", "--json",
                           *options], check=True, capture_output=True, text=True)
    quietly(sarinr, "--log-level", "error", "render", out, out + ".tif", "--overwrite", "--quiet")
    told = json.loads(said.stdout)
    return told["bytes"] - told["metadata_bytes"], gdal.Open(out + ".tif")


def add(sums, sizes):
    for name, size in sizes.items():
        sums[name] = sums.get(name, 0) + size


def row(name, bound, own, sums, pixels):
    best = min(sums, key=sums.get)
    figures = " ".join(f"{8 * sums.get(peer, float('nan')) / pixels:8.3f}" for peer in ("lerc", "jxl", "jp2", "zstd", "deflate"))
    print(f"{name:42} {bound:>8} {8 * own / pixels:8.3f} {figures}   {100 * (own / sums[best] - 1):+.1f} % of {best}", flush=True)


def bounded(sarinr, folder, data):
    for name, quantity in DETECTED.items():
        source = gdal.Open(os.path.join(data, name))
        for limit in (0.25, 0.5, 1.0):
            sums = {}
            own, back = own_size(sarinr, os.path.join(data, name), ["--max-error-db", str(limit), "--quantity", quantity], folder)
            for b in range(1, source.RasterCount + 1):
                values = source.GetRasterBand(b).ReadAsArray()
                valid = valid_pixels(source.GetRasterBand(b), values, quantity)
                found = back.GetRasterBand(b).ReadAsArray()
                level = decibels(np.where(valid, values, values[valid][0]), quantity)
                error = np.abs(level - decibels(np.where(valid, found, values[valid][0]), quantity))
                assert error.max() <= limit, (name, limit, error.max())
                level[~valid] = level[valid].min()
                steps = np.round(level / (2 * limit)).astype(int)
                if values.dtype.kind in "ui":
                    steps = np.searchsorted(interval_begins(limit), np.where(valid, values, values[valid].min()), "right")
                add(sums, plane_peers(steps, folder))
                add(sums, {"lerc": lerc_size(level, limit, values if values.dtype.kind in "ui" else None, folder)})
            row(name, f"{limit} dB", own, sums, source.RasterXSize * source.RasterYSize * source.RasterCount)


def byte_raster(path, folder):
    """The raster's first band in decibels, 1 to 255 between its half and 99.5 per cent."""
    source = gdal.Open(path)
    level = decibels(np.abs(source.GetRasterBand(1).ReadAsArray()) + 1e-9, DETECTED[path.split("/data/")[-1]]) \
        if DETECTED[path.split("/data/")[-1]] != "db" else source.GetRasterBand(1).ReadAsArray().astype(float)
    low, high = np.percentile(level, [0.5, 99.5])
    array = np.clip(np.round(1 + 254 * (level - low) / (high - low)), 1, 255).astype(np.uint8)
    made = gdal.GetDriverByName("GTiff").Create(os.path.join(folder, "byte.tif"), array.shape[1], array.shape[0], 1)
    made.WriteArray(array)
    made = None
    return os.path.join(folder, "byte.tif")


def lossless(sarinr, folder, data):
    items = [(name, os.path.join(data, name), []) for name in INTEGERS]
    items += [(name + ", Byte of dB", byte_raster, ["--quantity", "db"]) for name in BYTES]
    items += [("natural/camera_512.png", os.path.join(data, "natural/camera_512.png"), ["--quantity", "other"])]
    for name, path, options in items:
        if callable(path):
            path = path(os.path.join(data, name.split(",")[0]), folder)
        source = gdal.Open(path)
        own, back = own_size(sarinr, path, ["--lossless", *options], folder)
        sums, parts = {}, 0
        for b in range(1, source.RasterCount + 1):
            values = source.GetRasterBand(b).ReadAsArray()
            assert np.array_equal(values, back.GetRasterBand(b).ReadAsArray()), name
            for plane in (values.real, values.imag) if np.iscomplexobj(values) else (values,):
                add(sums, plane_peers(plane.astype(int), folder))
                parts += 1
        row(name, "lossless", own, sums, source.RasterXSize * source.RasterYSize * parts)


def main():
    sarinr, data = sys.argv[1:3]
    wanted = sys.argv[3:] or ["bounded", "lossless"]
    print(f"{'raster':42} {'promise':>8} {'sarinr':>8} {'lerc':>8} {'jxl':>8} {'jp2':>8} {'zstd':>8} {'deflate':>8}   against the best")
    with tempfile.TemporaryDirectory() as folder:
        if "bounded" in wanted:
            bounded(sarinr, folder, data)
        if "lossless" in wanted:
            lossless(sarinr, folder, data)


if __name__ == "__main__":
    main()
