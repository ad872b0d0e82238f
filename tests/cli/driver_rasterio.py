"""One call of rasterio on a .sinr, held against the raster that sarinr render gives.

    driver_rasterio.py CALL FILE.sinr RENDERED.tif
"""
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window


def windowed(path, rendered):
    with rasterio.open(path) as a, rasterio.open(rendered) as b:
        for window in (Window(0, 0, 700, 500), Window(250, 250, 10, 20), Window(699, 499, 1, 1)):
            assert np.array_equal(a.read(window=window), b.read(window=window))
        assert (a.crs, a.transform, a.nodata, a.descriptions) == (b.crs, b.transform, b.nodata, b.descriptions)


def decimated(path, rendered):
    with rasterio.open(path) as a, rasterio.open(rendered) as b:
        half = a.read(1, out_shape=(250, 350), resampling=Resampling.average).astype(float)
        native = b.read(1).astype(float)
        blocks = native.reshape(250, 2, 350, 2)
        valid = (blocks > 0).all(axis=(1, 3))
        expected = np.sqrt((blocks**2).mean(axis=(1, 3)))
        # Averages are of the fields before rounding to whole numbers, and are rounded once.
        assert np.abs(half - expected)[valid].max() <= 1.01, np.abs(half - expected)[valid].max()
        assert a.overviews(1) == [2, 4]
        assert a.read(1, out_shape=(125, 175)).shape == (125, 175)


def masked(path, rendered):
    with rasterio.open(path) as a, rasterio.open(rendered) as b:
        first, second = a.read(masked=True), b.read(masked=True)
        assert np.array_equal(first.mask, second.mask) and first.mask.any() and not first.mask.all()
        assert np.array_equal(a.dataset_mask(), b.dataset_mask())


def warped_vrt(path, rendered):
    with rasterio.open(path) as a, rasterio.open(rendered) as b:
        with WarpedVRT(a, crs="EPSG:3857", resampling=Resampling.cubic) as first:
            with WarpedVRT(b, crs="EPSG:3857", resampling=Resampling.cubic) as second:
                assert first.shape == second.shape
                assert np.array_equal(first.read(1), second.read(1))


def threads(path, rendered):
    with rasterio.open(rendered) as b:
        expected = b.read(1)
    windows = [Window(x, y, 100, 100) for x in range(0, 700, 100) for y in range(0, 500, 100)]

    def read(window):
        with rasterio.open(path) as own:
            return own.read(1, window=window)

    with ThreadPoolExecutor(4) as pool:
        for window, values in zip(windows, pool.map(read, windows)):
            x, y = window.col_off, window.row_off
            assert np.array_equal(values, expected[y : y + 100, x : x + 100])
    with rasterio.Env(GDAL_NUM_THREADS="2"), rasterio.open(path) as whole:
        assert np.array_equal(whole.read(1), expected)


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], sys.argv[3])
