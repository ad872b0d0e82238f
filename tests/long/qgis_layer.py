"""Loads a .sinr and the raster rendered from it in QGIS and compares what QGIS shows of them.

    qgis_layer.py FILE.sinr RENDERED.tif
"""
import sys

import numpy as np
from qgis.core import (QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsPointXY, QgsRaster, QgsRasterLayer,
                       QgsRectangle)
from qgis.PyQt.QtCore import QSize


def picture(layer, extent):
    """Grey values of 300 x 275 pixels over the extent."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(300, 275))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage().convertToFormat(4)  # RGB32
    bits = image.constBits()
    bits.setsize(image.byteCount())
    return np.frombuffer(bits, np.uint8).reshape(275, -1, 4)[:, :300, 0].astype(float)


def main():
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    layers = [QgsRasterLayer(name, name) for name in sys.argv[1:3]]
    for layer in layers:
        assert layer.isValid(), layer.error().message()
    ours, reference = layers
    assert ours.crs() == reference.crs() and ours.extent() == reference.extent()
    # The same grey scale for both.
    ours.setRenderer(reference.renderer().clone())
    whole = ours.extent()
    for zoom in (1, 4, 12):
        centre = whole.center()
        width, height = whole.width() / zoom / 2, whole.height() / zoom / 2
        extent = QgsRectangle(centre.x() - width, centre.y() - height, centre.x() + width, centre.y() + height)
        a, b = picture(ours, extent), picture(reference, extent)
        assert a.std() > 1, "an empty picture"
        # Zoomed out the overviews are averages where the raster without overviews is sampled: the same scene, smoother.
        correlation = np.corrcoef(a.ravel(), b.ravel())[0, 1]
        limit = 0.5 if zoom == 1 else 0.99
        assert correlation > limit, (zoom, correlation)
        print(f"QGIS: zoom {zoom}: rendered, correlation with the rendered raster's picture {correlation:.3f}")
    values = []
    for layer in layers:
        found = layer.dataProvider().identify(QgsPointXY(whole.center()), QgsRaster.IdentifyFormatValue).results()
        values.append(found[1])
    assert values[0] == values[1], values
    print(f"QGIS: identifies {values[0]}")
    # QGIS must not outlive its providers.
    del layer, layers, ours, reference
    application.exitQgis()


main()
