// Opens a .sinr and prints every band's value at a longitude and latitude.
//   evaluate scene.sinr 4.35 43.5

#include <cstdio>
#include <cstdlib>

#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"
#include "sarinr/scene/jobs.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: evaluate FILE.sinr LONGITUDE LATITUDE\n");
    return 2;
  }
  try {
    const auto file = sarinr::FieldFile::open(sarinr::geo::open_source(argv[1]), argv[1]);
    const sarinr::geo::PixelLocator locator(sarinr::native_info(*file).metadata);
    const auto pixel = locator.pixel(std::atof(argv[2]), std::atof(argv[3]));
    for (int band = 0; band < static_cast<int>(file->header().bands.size()); ++band) {
      const sarinr::Sample value = file->renderer().at(pixel.x, pixel.y, band);
      std::printf("band %d at pixel (%.3f, %.3f): %.9g %.9g\n", band + 1, pixel.x, pixel.y, value.re, value.im);
    }
  } catch (const sarinr::Error& error) {
    std::fprintf(stderr, "evaluate: %s\n", error.what());
    return 1;
  }
}
