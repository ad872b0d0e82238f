#!/usr/bin/python3
"""Compares a raster with what came back from a .sinr, by means independent of sarinr (GDAL's Python, NumPy).

    tests/compare_rasters.py SOURCE BACK [--min-psnr DB]

Georeferencing, metadata, types, nodata, and the classes of pixels (nodata, NaN, zero, sign) must be equal; exit status 1 and a
line per difference where they are not. Prints the PSNR of each band in its fit domain (docs/metrics.md).
"""
import argparse
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
IGNORED_DOMAINS = {"IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "COLOR_PROFILE"}


def metadata(item):
    domains = {}
    for domain in item.GetMetadataDomainList() or []:
        if domain in IGNORED_DOMAINS:
            continue
        values = item.GetMetadata_List(domain) if domain.startswith("xml:") else item.GetMetadata_Dict(domain)
        if values:
            domains[domain] = values
    return domains


def points(dataset):
    return [(g.Id, g.Info, g.GCPPixel, g.GCPLine, g.GCPX, g.GCPY, g.GCPZ) for g in dataset.GetGCPs()]


def same_crs(a, b):
    if a is None or b is None:
        return a is b
    return bool(a.IsSame(b)) and a.GetDataAxisToSRSAxisMapping() == b.GetDataAxisToSRSAxisMapping()


def classes(values, nodata, zero_counts):
    found = np.zeros(values.shape, np.uint8)
    if zero_counts:
        found[values == 0] = 3
        if not np.iscomplexobj(values):
            found[values < 0] = 4
    found[np.isnan(values)] = 2
    if not np.iscomplexobj(values):
        found[np.isposinf(values)] = 5
        found[np.isneginf(values)] = 6
    if nodata is not None:
        found[np.isnan(values) if np.isnan(nodata) else values == values.dtype.type(nodata)] = 1
    return found


def fit_domain(values, quantity):
    if quantity == "complex":
        return np.stack([values.real, values.imag])
    if quantity in ("amplitude", "power"):
        return (20 if quantity == "amplitude" else 10) * np.log10(np.abs(values.astype(np.float64)))
    return values.astype(np.float64)


def compare_band(number, source, back, quantity, complain):
    name = f"band {number}"
    for what in ("DataType", "Description", "ColorInterpretation", "NoDataValue", "Scale", "Offset", "UnitType",
                 "CategoryNames", "MaskFlags"):
        a, b = (getattr(band, "Get" + what)() if hasattr(band, "Get" + what) else getattr(band, what) for band in (source, back))
        if a != b and not (isinstance(a, float) and isinstance(b, float) and np.isnan(a) and np.isnan(b)):
            complain(f"{name}: {what} was {a!r}, is {b!r}")
    if metadata(source) != metadata(back):
        complain(f"{name}: metadata was {metadata(source)}, is {metadata(back)}")
    before, after = source.ReadAsArray(), back.ReadAsArray()
    zero_counts = quantity in ("amplitude", "power", "complex")
    kinds, kinds_back = (classes(v, source.GetNoDataValue(), zero_counts) for v in (before, after))
    if not np.array_equal(kinds, kinds_back):
        complain(f"{name}: {np.count_nonzero(kinds != kinds_back)} pixels changed their class")
    if quantity == "categorical" and not np.array_equal(before, after):
        complain(f"{name}: categorical values changed")
    if source.GetMaskFlags() == gdal.GMF_PER_DATASET:
        if not np.array_equal(source.GetMaskBand().ReadAsArray() != 0, back.GetMaskBand().ReadAsArray() != 0):
            complain(f"{name}: the mask changed")
    valid = ((kinds == 0) | (kinds == 4)) & (kinds == kinds_back)
    if not valid.any():
        return None
    a, b = fit_domain(before[valid], quantity), fit_domain(after[valid], quantity)
    error = np.mean((a - b) ** 2)
    spread = a.max() - a.min()
    return 10 * np.log10(spread ** 2 / error) if error > 0 and spread > 0 else float("inf")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("back")
    parser.add_argument("--quantity", required=True)
    parser.add_argument("--min-psnr", type=float, default=-1e9)
    arguments = parser.parse_args()
    source, back = gdal.Open(arguments.source), gdal.Open(arguments.back)
    faults = []
    complain = faults.append
    for what in ("RasterXSize", "RasterYSize", "RasterCount"):
        if getattr(source, what) != getattr(back, what):
            complain(f"{what} was {getattr(source, what)}, is {getattr(back, what)}")
    if source.GetGeoTransform(can_return_null=True) != back.GetGeoTransform(can_return_null=True):
        complain(f"geotransform was {source.GetGeoTransform()}, is {back.GetGeoTransform()}")
    if not same_crs(source.GetSpatialRef(), back.GetSpatialRef()):
        complain("the CRS changed")
    if not same_crs(source.GetGCPSpatialRef(), back.GetGCPSpatialRef()):
        complain("the CRS of the GCPs changed")
    if points(source) != points(back):
        complain(f"the GCPs changed: {len(points(source))} before, {len(points(back))} after")
    if metadata(source) != metadata(back):
        complain(f"metadata was {metadata(source)}, is {metadata(back)}")
    psnr = []
    if not faults or source.RasterCount == back.RasterCount:
        for number in range(1, source.RasterCount + 1):
            psnr.append(compare_band(number, source.GetRasterBand(number), back.GetRasterBand(number), arguments.quantity,
                                     complain))
    for value in psnr:
        if value is not None and value < arguments.min_psnr:
            complain(f"PSNR {value:.2f} dB is below {arguments.min_psnr}")
    for fault in faults:
        print(f"{arguments.source}: {fault}")
    print("PSNR " + " ".join("-" if value is None else f"{value:.2f}" for value in psnr))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
