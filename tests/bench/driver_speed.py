"""What reading through the GDAL driver costs: overviews against the whole, windows against COG and JPEG 2000, bytes fetched from
a web server, and the plugin's start. Times are CPU seconds of this process, so that other load counts little.

    /usr/bin/python3 tests/bench/driver_speed.py BUILD_FOLDER SCENE.sinr overviews|windows|remote|start

SCENE.sinr: a small file without masks, e.g. of `sarinr simulate --size 512,512 --quantity db`.
"""
import http.server
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

os.environ["GDAL_DRIVER_PATH"] = os.path.abspath(sys.argv[1]) + "/gdalplugins"
if sys.argv[3:] != ["start"]:  # a child's peak memory counts what its parent had when it was started
    import numpy as np
    from osgeo import gdal

    gdal.UseExceptions()


def cpu(action):
    """CPU seconds that an action takes."""
    begin = time.process_time()
    action()
    return time.process_time() - begin


def repeated(build, source, folder, size):
    path = os.path.join(folder, f"repeated_{size}.sinr")
    subprocess.run([f"{build}/bin/bench_repeat_records", source, path, str(size), str(size)], check=True)
    return path


def overviews(build, source, folder):
    path = repeated(build, source, folder, 20000)
    dataset = gdal.Open(path)  # a band lives no longer than its dataset
    band = dataset.GetRasterBand(1)
    sample = 48
    blocks = random.Random(1).sample([(x, y) for x in range(78) for y in range(78)], sample)
    part = cpu(lambda: [band.ReadBlock(x, y) for x, y in blocks])
    whole = part / sample * (20000 / 256) ** 2
    fresh = gdal.Open(path)
    sixteenth = cpu(lambda: fresh.GetRasterBand(1).GetOverview(3).ReadRaster())
    print(f"20000 x 20000: whole {whole:.1f} s CPU (from {sample} random blocks), level 1/16 {sixteenth:.3f} s, "
          f"ratio 1/{whole / sixteenth:.0f}")


def windows(build, source, folder):
    path = repeated(build, source, folder, 4096)
    native = os.path.join(folder, "native.tif")
    gdal.Translate(native, path, creationOptions=["TILED=YES"])
    dataset = gdal.Open(native)
    lowest, highest = dataset.GetRasterBand(1).ComputeRasterMinMax(False)
    # JPEG 2000 holds whole numbers.
    scaled = gdal.Translate(os.path.join(folder, "scaled.tif"), native, outputType=gdal.GDT_UInt16,
                            scaleParams=[[lowest, highest, 0, 65535]], creationOptions=["TILED=YES"])
    del scaled
    cog = os.path.join(folder, "cog.tif")
    jp2 = os.path.join(folder, "scene.jp2")
    gdal.Translate(cog, native, format="COG", creationOptions=["COMPRESS=DEFLATE", "PREDICTOR=YES", "BLOCKSIZE=256"])
    gdal.Translate(jp2, os.path.join(folder, "scaled.tif"), format="JP2OpenJPEG",
                   creationOptions=["QUALITY=5", "REVERSIBLE=NO", "BLOCKXSIZE=256", "BLOCKYSIZE=256"])
    for name in (path, cog, jp2):
        chance = random.Random(2)
        times = {}
        for _ in range(60):
            factor = chance.choice((1, 2, 4, 8, 16))
            x, y = (chance.randrange(4096 - 256 * factor + 1) for _ in "xy")
            # A fresh dataset, whose caches are empty.
            band_of = gdal.Open(name)
            read = lambda: band_of.GetRasterBand(1).ReadRaster(x, y, 256 * factor, 256 * factor, 256, 256)
            times.setdefault(factor, []).append(1000 * cpu(read))
        every = [value for values in times.values() for value in values]
        print(f"{os.path.splitext(name)[1]}, {os.path.getsize(name)} bytes: median {statistics.median(every):.1f} ms CPU; " +
              ", ".join(f"1/{factor} {statistics.median(times[factor]):.1f}" for factor in sorted(times)))


class RangeHandler(http.server.BaseHTTPRequestHandler):
    """One file, whole or in ranges; counts what it sends."""

    protocol_version = "HTTP/1.1"
    path_served = ""
    sent = []

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, body):
        if not self.path.endswith(".sinr"):
            self.send_error(404)
            return
        size = os.path.getsize(self.path_served)
        first, last = 0, size - 1
        wanted = self.headers.get("Range")
        if wanted:
            a, b = wanted.split("=")[1].split("-")
            first, last = int(a), min(int(b), last) if b else last
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        if body:
            with open(self.path_served, "rb") as file:
                file.seek(first)
                self.wfile.write(file.read(last - first + 1))
            RangeHandler.sent.append((first, last - first + 1))


def remote(build, source, folder):
    RangeHandler.path_served = repeated(build, source, folder, int(os.environ.get("REMOTE_SIZE", "120000")))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RangeHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gdal.SetConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")
    size = os.path.getsize(RangeHandler.path_served)
    dataset = gdal.Open(f"/vsicurl/http://127.0.0.1:{server.server_port}/scene.sinr")
    band = dataset.GetRasterBand(1)
    steps = [("open", lambda: None), ("one native pixel", lambda: band.ReadRaster(1000, 1000, 1, 1)),
             ("256 x 256 native pixels", lambda: band.ReadRaster(40000, 40000, 256, 256)),
             ("coarsest overview", lambda: band.GetOverview(band.GetOverviewCount() - 1).ReadRaster())]
    for name, action in steps:
        action()
        print(f"{size} bytes by /vsicurl: {name}: {sum(n for _, n in RangeHandler.sent)} bytes in "
              f"{len(RangeHandler.sent)} requests")
        RangeHandler.sent.clear()
    server.shutdown()


def start(build, source, folder):
    tiff = os.path.join(folder, "small.tif")
    subprocess.run(["gdal_create", "-q", "-outsize", "100", "100", tiff], check=True)
    empty = os.path.join(folder, "empty")
    os.mkdir(empty)
    figures = {empty: [], f"{build}/gdalplugins": []}
    for _ in range(100):
        for plugins, runs in figures.items():
            process = subprocess.Popen(["gdalinfo", tiff], env=dict(os.environ, GDAL_DRIVER_PATH=plugins),
                                       stdout=subprocess.DEVNULL)
            _, _, usage = os.wait4(process.pid, 0)
            runs.append((usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
    without, with_plugin = figures.values()
    for index, unit, factor in ((0, "ms CPU", 1000), (1, "MB", 1 / 1024)):
        a = factor * statistics.median(run[index] for run in without)
        b = factor * statistics.median(run[index] for run in with_plugin)
        print(f"gdalinfo of a GeoTIFF: {a:.1f} {unit}, with the plugin {b:.1f}: {b - a:+.2f} {unit}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        globals()[sys.argv[3]](os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), work)
