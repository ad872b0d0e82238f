#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
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
  // What is left out must not pass for a value.
  info.has_mask |= file.accepts_damage() && std::any_of(header.bands.begin(), header.bands.end(),
                                                        [](const BandModel& band) { return !band.nodata; });
  return info;
}

namespace {

/// Evaluates windows concurrently and writes them in order.
template <typename Evaluate>
void write_windows(const std::vector<Extent>& windows, const Evaluate& evaluate, RasterSink& sink,
                   JobListener& listener) {
  std::size_t next = 0;
  std::size_t written = 0;
  const auto choose = [&](oneapi::tbb::flow_control& flow) {
    if (next == windows.size()) {
      flow.stop();
      return Extent{};
    }
    return windows[next++];
  };
  const auto write = [&](const std::shared_ptr<RasterWindow>& window) {
    sink.write(*window);
    if (!listener.progress(static_cast<double>(++written), static_cast<double>(windows.size()), std::nullopt)) {
      throw Error("interrupted", ErrorKind::interrupted);
    }
  };
  using oneapi::tbb::filter_mode;
  const std::size_t tokens = 2 * std::max(1u, std::thread::hardware_concurrency());
  oneapi::tbb::parallel_pipeline(
      tokens, oneapi::tbb::make_filter<void, Extent>(filter_mode::serial_in_order, choose) &
                  oneapi::tbb::make_filter<Extent, std::shared_ptr<RasterWindow>>(filter_mode::parallel, evaluate) &
                  oneapi::tbb::make_filter<std::shared_ptr<RasterWindow>, void>(filter_mode::serial_in_order, write));
}

}  // namespace

void render_native(const FieldFile& file, RasterSink& sink, JobListener& listener) {
  const TileGrid& grid = file.reader().grid();
  const bool has_mask = native_info(file).has_mask;
  std::vector<Extent> windows;
  for (int tile = 0; tile < grid.count(); ++tile) windows.push_back(grid.core(tile));
  const auto evaluate = [&](const Extent& extent) {
    auto window = std::make_shared<RasterWindow>();
    window->extent = extent;
    window->samples = file.renderer().native(extent, has_mask ? &window->mask : nullptr);
    return window;
  };
  write_windows(windows, evaluate, sink, listener);
}

void render_target(const TargetRenderer& renderer, int width, int height, bool has_mask, RasterSink& sink,
                   JobListener& listener) {
  const int step = renderer.preferred_window(width, height);
  std::vector<Extent> windows;
  for (int y = 0; y < height; y += step) {
    for (int x = 0; x < width; x += step) {
      windows.push_back({x, y, std::min(step, width - x), std::min(step, height - y)});
    }
  }
  const auto evaluate = [&](const Extent& extent) {
    TargetWindow target = renderer.render(extent);
    auto window = std::make_shared<RasterWindow>();
    window->extent = extent;
    window->samples = std::move(target.samples);
    if (has_mask) window->mask = std::move(target.mask);
    return window;
  };
  write_windows(windows, evaluate, sink, listener);
}

}  // namespace sarinr
