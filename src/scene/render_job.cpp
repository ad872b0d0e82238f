#include <oneapi/tbb/parallel_pipeline.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "sarinr/base/error.h"
#include "sarinr/scene/jobs.h"

namespace sarinr {

RasterInfo native_info(const FieldFile& file) {
  const FileHeader& header = file.header();
  RasterInfo info;
  info.width = header.width;
  info.height = header.height;
  info.bands = header.bands;
  const nlohmann::json metadata = nlohmann::json::parse(header.metadata, nullptr, false);
  if (metadata.is_object() && metadata.contains("raster")) info.metadata = metadata["raster"].dump();
  if (metadata.is_object()) info.has_mask = metadata.value("mask", false);
  for (std::size_t b = 0; b < header.bands.size(); ++b) info.band_names.push_back("band " + std::to_string(b + 1));
  return info;
}

void render_native(const FieldFile& file, RasterSink& sink, JobListener& listener) {
  const TileGrid& grid = file.reader().grid();
  const bool has_mask = native_info(file).has_mask;
  int next = 0;
  int written = 0;
  const auto read = [&](oneapi::tbb::flow_control& flow) {
    if (next == grid.count()) flow.stop();
    return next++;
  };
  const auto evaluate = [&](int tile) {
    auto window = std::make_shared<RasterWindow>();
    window->extent = grid.core(tile);
    window->samples = file.renderer().native(window->extent, has_mask ? &window->mask : nullptr);
    return window;
  };
  const auto write = [&](const std::shared_ptr<RasterWindow>& window) {
    sink.write(*window);
    if (!listener.progress(++written, grid.count(), std::nullopt)) {
      throw Error("interrupted", ErrorKind::interrupted);
    }
  };
  using oneapi::tbb::filter_mode;
  const std::size_t tokens = 2 * std::max(1u, std::thread::hardware_concurrency());
  oneapi::tbb::parallel_pipeline(
      tokens, oneapi::tbb::make_filter<void, int>(filter_mode::serial_in_order, read) &
                  oneapi::tbb::make_filter<int, std::shared_ptr<RasterWindow>>(filter_mode::parallel, evaluate) &
                  oneapi::tbb::make_filter<std::shared_ptr<RasterWindow>, void>(filter_mode::serial_in_order, write));
}

}  // namespace sarinr
