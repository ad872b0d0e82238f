"""Reference images with simulated speckle, for the benchmarks of self-activation."""
import numpy as np
from osgeo import gdal

gdal.UseExceptions()


def speckled(source, size, looks, target):
    """Writes the central size x size pixels of an amplitude raster times gamma speckle (independent pixels) of so many looks."""
    dataset = gdal.Open(str(source))
    left, top = ((n - size) // 2 for n in (dataset.RasterXSize, dataset.RasterYSize))
    amplitude = dataset.GetRasterBand(1).ReadAsArray(left, top, size, size).astype(np.float64)
    generator = np.random.default_rng(sum(source.name.encode()) + looks)
    amplitude *= np.sqrt(generator.gamma(looks, 1 / looks, amplitude.shape))
    out = gdal.GetDriverByName("GTiff").Create(str(target), size, size, 1, gdal.GDT_Float32)
    out.GetRasterBand(1).WriteArray(amplitude)
    out.FlushCache()
