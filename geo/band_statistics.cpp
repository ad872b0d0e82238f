#include "band_statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gdal_support.h"

namespace sarinr::geo {

namespace {

constexpr int windows_an_axis = 5;
constexpr int window_size = 64;

/// The i-th of the windows' first pixels along an axis, from one end to the other.
int window_begin(int length, int i) {
  return static_cast<int>(std::int64_t{length - window_size} * i / (windows_an_axis - 1));
}

std::vector<Extent> sample_windows(const Extent& area) {
  if (area.width <= windows_an_axis * window_size && area.height <= windows_an_axis * window_size) return {area};
  std::vector<Extent> windows;
  for (int row = 0; row < windows_an_axis; ++row) {
    for (int column = 0; column < windows_an_axis; ++column) {
      const Extent window{area.x + std::max(0, window_begin(area.width, column)),
                          area.y + std::max(0, window_begin(area.height, row)), std::min(area.width, window_size),
                          std::min(area.height, window_size)};
      windows.push_back(window);
    }
  }
  return windows;
}

std::vector<double> sample(GDALRasterBand& band, std::optional<double> nodata, const Extent& area) {
  const MessageScope scope;
  std::vector<double> kept;
  std::vector<double> buffer;
  for (const Extent& window : sample_windows(area)) {
    buffer.resize(static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height));
    if (band.RasterIO(GF_Read, window.x, window.y, window.width, window.height, buffer.data(), window.width,
                      window.height, GDT_Float64, 0, 0, nullptr) != CE_None) {
      continue;
    }
    std::copy_if(buffer.begin(), buffer.end(), std::back_inserter(kept), [&](double value) {
      return std::isfinite(value) && value != 0 && !(nodata && ARE_REAL_EQUAL(value, *nodata));
    });
  }
  return kept;
}

}  // namespace

BandStatistics sample_statistics(GDALRasterBand& band, std::optional<double> nodata, const Extent& window) {
  std::vector<double> samples = sample(band, nodata, window);
  if (samples.empty()) return {};
  BandStatistics statistics;
  statistics.count = samples.size();
  const auto count = static_cast<double>(samples.size());
  const auto negative = std::count_if(samples.begin(), samples.end(), [](double value) { return value < 0; });
  statistics.negative_share = static_cast<double>(negative) / count;
  const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
  statistics.low = *low;
  statistics.high = *high;
  const auto quantile = samples.begin() + static_cast<std::ptrdiff_t>(0.999 * (count - 1));
  std::nth_element(samples.begin(), quantile, samples.end());
  statistics.high_quantile = *quantile;
  return statistics;
}

}  // namespace sarinr::geo
