#include "scene/overviews.h"

#include <algorithm>
#include <cmath>

#include "render/averaging.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

constexpr int first_factor = 8;
constexpr int smallest_level = 256;
/// Overview tiles per native tile, at most: they take about as many bytes each.
constexpr double tile_share = 0.025;
constexpr std::size_t strip_samples = std::size_t{1} << 20;

/// Which targets a source pixel of an axis counts for, and with how much of its length. Steps are at least 1.
struct AxisShare {
  int target = 0;
  double here = 1;  ///< of the pixel within `target`; the rest lies in the next
};

AxisShare share(int source, double step, int targets) {
  AxisShare found;
  found.target = std::min(targets - 1, static_cast<int>(source / step));
  const double end = found.target + 1 == targets ? source + 1 : (found.target + 1) * step;
  found.here = std::clamp(end - source, 0.0, 1.0);
  return found;
}

/// Source pixels [begin, end) that targets [first, first + count) touch.
struct Reach {
  int begin;
  int end;
};

Reach reach(int first, int count, double step, int length) {
  return {std::clamp(static_cast<int>(std::floor(first * step)), 0, length - 1),
          std::clamp(static_cast<int>(std::ceil((first + count) * step)), 1, length)};
}

/// The means of a window being gathered.
class Gathering {
 public:
  Gathering(const RasterInfo& info, const Extent& window, double column_step, double row_step)
      : info_(info), window_(window), column_step_(column_step), row_step_(row_step) {
    const std::size_t pixels = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
    for (const BandModel& band : info.bands) {
      conversions_.push_back(conversion(band, band.quantity, "band"));
      means_.emplace_back(pixels);
    }
  }

  void add(const RasterWindow& strip) {
    std::size_t place = 0;
    for (int y = strip.extent.y; y < strip.extent.y + strip.extent.height; ++y) {
      const AxisShare row = share(y, row_step_, info_.height);
      for (int x = strip.extent.x; x < strip.extent.x + strip.extent.width; ++x, ++place) {
        const AxisShare column = share(x, column_step_, info_.width);
        const bool masked = !strip.mask.empty() && strip.mask[place] == 0;
        for (std::size_t b = 0; b < means_.size(); ++b) {
          const Sample sample = strip.samples[b][place];
          const PixelClass pixel_class = masked ? PixelClass::masked : classify(info_.bands[b], sample);
          const Sample value = has_number(pixel_class) ? to_domain(conversions_[b], sample) : Sample{};
          put(b, column.target, row.target, value, pixel_class, column.here * row.here);
          put(b, column.target + 1, row.target, value, pixel_class, (1 - column.here) * row.here);
          put(b, column.target, row.target + 1, value, pixel_class, column.here * (1 - row.here));
          put(b, column.target + 1, row.target + 1, value, pixel_class, (1 - column.here) * (1 - row.here));
        }
      }
    }
  }

  RasterWindow finish() const {
    RasterWindow out;
    out.extent = window_;
    if (info_.has_mask) out.mask.assign(means_.front().size(), 1);
    for (std::size_t b = 0; b < means_.size(); ++b) {
      std::vector<Sample>& samples = out.samples.emplace_back();
      for (std::size_t i = 0; i < means_[b].size(); ++i) {
        const FootprintMean& mean = means_[b][i];
        ClassifiedSample found{{}, mean.missing_class()};
        if (mean.has_value()) found = from_domain(conversions_[b], mean.mean());
        if (found.pixel_class == PixelClass::masked && info_.has_mask) out.mask[i] = 0;
        const bool as_is = info_.bands[b].quantity == Quantity::categorical && has_value(found.pixel_class);
        samples.push_back(as_is ? found.sample : to_source_type(info_.bands[b], found.pixel_class, found.sample));
      }
    }
    return out;
  }

 private:
  void put(std::size_t band, int column, int row, Sample value, PixelClass pixel_class, double weight) {
    const int x = column - window_.x;
    const int y = row - window_.y;
    if (weight <= 0 || x < 0 || y < 0 || x >= window_.width || y >= window_.height) return;
    const std::size_t place =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(window_.width) + static_cast<std::size_t>(x);
    means_[band][place].add(conversions_[band].domain, value, pixel_class, weight);
  }

  const RasterInfo& info_;
  Extent window_;
  double column_step_;
  double row_step_;
  std::vector<BandConversion> conversions_;
  std::vector<std::vector<FootprintMean>> means_;  ///< [band][pixel]
};

int level_tiles(const RasterInfo& info, const FitJob& job, int factor) {
  return TileGrid(reduced_length(info.width, factor), reduced_length(info.height, factor), job.tile_size, job.overlap)
      .count();
}

}  // namespace

AveragedRaster::AveragedRaster(RasterSource& source, int width, int height) : source_(source), info_(source.info()) {
  info_.width = width;
  info_.height = height;
  info_.metadata.clear();
}

RasterWindow AveragedRaster::read(const Extent& window) {
  const RasterInfo& native = source_.info();
  const double column_step = static_cast<double>(native.width) / info_.width;
  const double row_step = static_cast<double>(native.height) / info_.height;
  const Reach columns = reach(window.x, window.width, column_step, native.width);
  const Reach rows = reach(window.y, window.height, row_step, native.height);
  const int width = columns.end - columns.begin;
  const int strip = std::max(1, static_cast<int>(strip_samples / static_cast<std::size_t>(width)));
  Gathering gathering(info_, window, column_step, row_step);
  for (int y = rows.begin; y < rows.end; y += strip) {
    gathering.add(source_.read({columns.begin, y, width, std::min(strip, rows.end - y)}));
  }
  return gathering.finish();
}

std::vector<int> overview_factors(const RasterInfo& info, const FitJob& job) {
  std::vector<int> factors;
  if (!job.overviews) return factors;
  double room = tile_share * level_tiles(info, job, 1);
  for (int factor = first_factor;; factor *= 2) {
    const int before = std::max(reduced_length(info.width, factor / 2), reduced_length(info.height, factor / 2));
    room -= level_tiles(info, job, factor);
    if (before <= smallest_level || room < 0) return factors;
    factors.push_back(factor);
  }
}

}  // namespace sarinr
