#!/usr/bin/python3
"""Writes a copy of a raster with errors of every kind, for tests of the report: smoothed, noisy, with some pixels lost and found.

    tests/degrade_raster.py INPUT OUTPUT
"""
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()


def main():
    source = gdal.Open(sys.argv[1])
    target = gdal.GetDriverByName("GTiff").CreateCopy(sys.argv[2], source)
    generator = np.random.default_rng(1)
    for number in range(1, source.RasterCount + 1):
        band = target.GetRasterBand(number)
        values = source.GetRasterBand(number).ReadAsArray()
        wide = values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)
        usable = np.isfinite(wide) & (wide != 0)
        nodata = band.GetNoDataValue()
        if nodata is not None:
            usable &= values != nodata
        mixed = np.where(usable, wide, 0)
        weights = usable.astype(float)
        near = mixed + np.roll(mixed, 1, 0) + np.roll(mixed, 1, 1)
        count = weights + np.roll(weights, 1, 0) + np.roll(weights, 1, 1)
        spread = np.std(np.abs(wide[usable])) if usable.any() else 0
        smooth = near / np.maximum(count, 1)
        noise = generator.normal(0, 0.05, wide.shape) * (1 + 1j if np.iscomplexobj(wide) else 1) * spread
        changed = 0.6 * smooth + 0.4 * wide + noise
        out = np.where(usable, changed, wide)
        # A few pixels change sides.
        lost = usable & (generator.random(wide.shape) < 0.001)
        out[lost] = nodata if nodata is not None else 0
        if np.issubdtype(values.dtype, np.integer):
            info = np.iinfo(values.dtype)
            out = np.clip(np.rint(out), info.min, info.max)
        band.WriteArray(out.astype(values.dtype))
    target.FlushCache()


if __name__ == "__main__":
    main()
