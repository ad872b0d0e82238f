#include "sarinr/geo/study.h"

#include <algorithm>
#include <filesystem>

#include "sarinr/geo/raster.h"

namespace sarinr::geo {

namespace {

Extent middle(const Extent& whole, int size) {
  const int width = std::min(whole.width, size);
  const int height = std::min(whole.height, size);
  return {whole.x + (whole.width - width) / 2, whole.y + (whole.height - height) / 2, width, height};
}

}  // namespace

std::vector<study::Image> read_study_images(const StudyImages& request) {
  std::vector<study::Image> images;
  for (const std::string& input : request.inputs) {
    OpenOptions options;
    options.bands = request.bands;
    options.quantities = request.quantities;
    options.window = request.window;
    const std::unique_ptr<RasterSource> source = open_raster(input, options);
    const RasterInfo& info = source->info();
    const RasterWindow window = source->read(middle({0, 0, info.width, info.height}, request.tile_size));
    for (std::size_t b = 0; b < info.bands.size(); ++b) {
      std::string name = std::filesystem::path(input).stem().string();
      if (info.bands.size() > 1) name += " band " + std::to_string(request.bands[b]);
      images.push_back(study::image_of(name, info, window, b));
    }
  }
  return images;
}

}  // namespace sarinr::geo
