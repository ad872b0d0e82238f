#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>

#include "container/layout.h"
#include "sarinr/scene/report.h"

namespace sarinr {

namespace {

class FieldRaster final : public RasterSource {
 public:
  explicit FieldRaster(std::shared_ptr<const FieldFile> file) : file_(std::move(file)), info_(native_info(*file_)) {}
  const RasterInfo& info() const override { return info_; }

  RasterWindow read(const Extent& window) override {
    RasterWindow out;
    out.extent = window;
    const std::size_t pixels = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
    out.samples.assign(info_.bands.size(), std::vector<Sample>(pixels));
    if (info_.has_mask) out.mask.resize(pixels);
    const TileGrid& grid = file_->reader().grid();
    const int first = grid.rows().cell(window.y + 0.5) * grid.columns().count();
    const int last = (grid.rows().cell(window.y + window.height - 0.5) + 1) * grid.columns().count();
    oneapi::tbb::parallel_for(first, last, [&](int tile) { render(intersection(grid.core(tile), window), out); });
    return out;
  }

 private:
  void render(const Extent& part, RasterWindow& out) const {
    if (part.width == 0 || part.height == 0) return;
    std::vector<std::uint8_t> masked;
    const auto samples = file_->renderer().native(part, info_.has_mask ? &masked : nullptr);
    for (int y = 0; y < part.height; ++y) {
      const std::ptrdiff_t from = std::ptrdiff_t{y} * part.width;
      const std::ptrdiff_t to = std::ptrdiff_t{part.y - out.extent.y + y} * out.extent.width + (part.x - out.extent.x);
      for (std::size_t b = 0; b < samples.size(); ++b) {
        std::copy_n(samples[b].begin() + from, part.width, out.samples[b].begin() + to);
      }
      for (int x = 0; info_.has_mask && x < part.width; ++x) {
        out.mask[static_cast<std::size_t>(to + x)] = masked[static_cast<std::size_t>(from + x)];
      }
    }
  }

  std::shared_ptr<const FieldFile> file_;
  RasterInfo info_;
};

}  // namespace

bool is_field_file(const ByteSource& source) {
  std::array<std::uint8_t, magic.size()> start{};
  return source.read(0, start) && std::equal(start.begin(), start.end(), magic.begin(),
                                             [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

std::unique_ptr<RasterSource> field_raster(std::shared_ptr<const FieldFile> file) {
  return std::make_unique<FieldRaster>(std::move(file));
}

}  // namespace sarinr
