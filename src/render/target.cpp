#include "sarinr/render/target.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "render/averaging.h"
#include "render/derivative.h"
#include "render/native_tiles.h"
#include "render/pixel_map.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// Points evaluated at once where a footprint is integrated.
constexpr std::size_t point_batch = 1 << 16;

std::vector<int> chosen_bands(const FieldLayout& layout, const std::vector<int>& asked) {
  std::vector<int> bands = asked;
  if (bands.empty()) {
    bands.resize(layout.bands.size());
    std::iota(bands.begin(), bands.end(), 0);
  }
  for (const int band : bands) {
    if (band < 0 || static_cast<std::size_t>(band) >= layout.bands.size()) {
      throw Error("there is no band " + std::to_string(band + 1) + ": the raster has " +
                  std::to_string(layout.bands.size()));
    }
  }
  return bands;
}

std::vector<BandConversion> chosen_conversions(const FieldLayout& layout, const std::vector<int>& bands,
                                               std::optional<Quantity> wanted) {
  std::vector<BandConversion> conversions;
  for (const int band : bands) {
    const BandModel& source = layout.bands[static_cast<std::size_t>(band)];
    conversions.push_back(conversion(source, wanted.value_or(source.quantity), "band " + std::to_string(band + 1)));
  }
  return conversions;
}

/// How much the average counts beside the point sample: nothing on the native grid and above, all from twice its step
/// on.
double share_of_average(const Footprint& footprint) { return std::clamp(footprint.stretch() - 1, 0.0, 1.0); }

/// What stands for pixels beyond the source in a band without a nodata value: something that valid pixels of the band
/// never are, or are not likely to be.
double value_for_nothing(const BandModel& band) {
  if (!is_integer(band.type)) return std::numeric_limits<double>::quiet_NaN();
  if (band.quantity == Quantity::categorical) return highest(band.type);
  const bool zero_is_a_class =
      band.quantity == Quantity::amplitude || band.quantity == Quantity::power || band.quantity == Quantity::complex;
  return zero_is_a_class ? 0 : lowest(band.type);
}

}  // namespace

/// Points to evaluate, in source pixels, and the target pixels they belong to.
struct OwnedPoints {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::size_t> owners;
  void add(double at_x, double at_y, std::size_t owner) {
    x.push_back(at_x);
    y.push_back(at_y);
    owners.push_back(owner);
  }
};

/// One target window on its way: every pixel's footprint and the means gathered for it.
struct TargetJob {
  std::vector<MappedPixel> pixels;
  std::vector<std::vector<FootprintMean>> means;  ///< [band][pixel]
};

struct TargetRenderer::State {
  State(const Renderer& renderer, std::shared_ptr<const CoordinateMap> map, const TargetOptions& wanted,
        std::shared_ptr<const GroundScale> ground)
      : source(renderer),
        pixel_map(std::move(map)),
        options(wanted),
        scale(std::move(ground)),
        bands(chosen_bands(renderer.layout(), wanted.bands)),
        conversions(chosen_conversions(renderer.layout(), bands, wanted.quantity)),
        native(renderer, bands, conversions, wanted.memory) {
    if (options.derivative != Derivative::none && renderer.speckle() != nullptr) {
      throw Error("--derivative is of the fields, which speckle put back is no part of: leave out --speckle");
    }
    for (std::size_t b = 0; b < bands.size(); ++b) {
      const std::string label = "band " + std::to_string(bands[b] + 1);
      targets.push_back(options.derivative == Derivative::none
                            ? conversions[b].target
                            : derivative_band(conversions[b], options.derivative, label));
      if (options.beyond_source && !targets[b].nodata) targets[b].nodata = value_for_nothing(targets[b]);
    }
  }

  bool inside(double x, double y) const {
    const TileGrid& grid = source.layout().grid;
    return x >= 0 && y >= 0 && x <= grid.columns().length() && y <= grid.rows().length();
  }

  void add_points(TargetJob& job) const;
  bool only_points(const TargetJob& job) const;
  TargetWindow points(const TargetJob& job) const;
  void add_averages(TargetJob& job) const;
  void add_tile(TargetJob& job, int tile) const;
  void add_integrals(TargetJob& job) const;
  /// Centres that lie in the source, of the pixels whose footprint is wanted.
  template <typename Wanted>
  OwnedPoints centres(const std::vector<MappedPixel>& pixels, const Wanted& wanted) const;
  OwnedPoints centres(const std::vector<MappedPixel>& pixels) const {
    return centres(pixels, [](const Footprint&) { return true; });
  }
  void flush(TargetJob& job, OwnedPoints& points) const;
  TargetWindow finish(const TargetJob& job) const;
  Sample stored(std::size_t band, const ClassifiedSample& sample) const;
  TargetWindow derivatives(const Extent& window) const;

  const Renderer& source;
  PixelMap pixel_map;
  TargetOptions options;
  std::shared_ptr<const GroundScale> scale;
  std::vector<int> bands;
  std::vector<BandConversion> conversions;
  std::vector<BandModel> targets;
  NativeTiles native;
};

template <typename Wanted>
OwnedPoints TargetRenderer::State::centres(const std::vector<MappedPixel>& pixels, const Wanted& wanted) const {
  OwnedPoints points;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto& [footprint, found] = pixels[i];
    if (found && inside(footprint.x, footprint.y) && wanted(footprint)) points.add(footprint.x, footprint.y, i);
  }
  return points;
}

/// Evaluates the points gathered and adds each to its owner's means, with the weight that the owner's stretch leaves.
void TargetRenderer::State::flush(TargetJob& job, OwnedPoints& points) const {
  const std::vector<BandValues> values = source.points(points.x, points.y);
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const BandConversion& band = conversions[b];
    const BandValues& found = values[static_cast<std::size_t>(bands[b])];
    for (std::size_t i = 0; i < points.owners.size(); ++i) {
      const std::size_t owner = points.owners[i];
      const Footprint& footprint = job.pixels[owner].footprint;
      const double weight = options.sampling == Sampling::average ? 1 - share_of_average(footprint) : 1;
      job.means[b][owner].add(band.domain, to_domain(band, found.samples[i]), found.classes[i], weight);
    }
  }
  points = {};
}

bool TargetRenderer::State::only_points(const TargetJob& job) const {
  if (options.sampling != Sampling::average) return options.sampling == Sampling::point;
  return std::none_of(job.pixels.begin(), job.pixels.end(),
                      [](const MappedPixel& pixel) { return pixel.found && share_of_average(pixel.footprint) > 0; });
}

/// Where no footprint is averaged, a value in the band's own quantity needs no way through the averaging domain.
TargetWindow TargetRenderer::State::points(const TargetJob& job) const {
  const OwnedPoints points = centres(job.pixels);
  const std::vector<std::size_t>& owners = points.owners;
  const std::vector<BandValues> values = source.points(points.x, points.y);
  TargetWindow out;
  out.mask.assign(job.pixels.size(), 1);
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const BandConversion& band = conversions[b];
    const BandValues& found = values[static_cast<std::size_t>(bands[b])];
    out.samples.emplace_back(job.pixels.size(), to_source_type(targets[b], PixelClass::nodata, {}));
    for (std::size_t i = 0; i < owners.size(); ++i) {
      ClassifiedSample sample{found.samples[i], found.classes[i]};
      if (band.source.quantity != band.target.quantity && has_number(sample.pixel_class)) {
        sample = from_domain(band, to_domain(band, sample.sample));
      }
      if (sample.pixel_class == PixelClass::masked) out.mask[owners[i]] = 0;
      out.samples[b][owners[i]] = stored(b, sample);
    }
  }
  return out;
}

Sample TargetRenderer::State::stored(std::size_t band, const ClassifiedSample& sample) const {
  if (conversions[band].domain == AveragingDomain::category && has_value(sample.pixel_class)) return sample.sample;
  return to_source_type(targets[band], sample.pixel_class, sample.sample);
}

void TargetRenderer::State::add_points(TargetJob& job) const {
  OwnedPoints points = centres(job.pixels, [](const Footprint& footprint) { return share_of_average(footprint) < 1; });
  flush(job, points);
}

void TargetRenderer::State::add_integrals(TargetJob& job) const {
  OwnedPoints points;
  for (std::size_t i = 0; i < job.pixels.size(); ++i) {
    const auto& [footprint, found] = job.pixels[i];
    if (!found) continue;
    const int steps = static_cast<int>(std::clamp(std::ceil(2 * footprint.stretch()), 2.0, 4096.0));
    for (int row = 0; row < steps; ++row) {
      for (int column = 0; column < steps; ++column) {
        const double u = (column + 0.5) / steps - 0.5;
        const double v = (row + 0.5) / steps - 0.5;
        const double at_x = footprint.x + u * footprint.column_x + v * footprint.row_x;
        const double at_y = footprint.y + u * footprint.column_y + v * footprint.row_y;
        if (!inside(at_x, at_y)) continue;
        points.add(at_x, at_y, i);
        if (points.owners.size() == point_batch) flush(job, points);
      }
    }
  }
  flush(job, points);
}

void TargetRenderer::State::add_averages(TargetJob& job) const {
  const TileGrid& grid = source.layout().grid;
  const Extent raster{0, 0, grid.columns().length(), grid.rows().length()};
  std::vector<std::uint8_t> wanted(static_cast<std::size_t>(grid.count()), 0);
  for (const MappedPixel& pixel : job.pixels) {
    if (!pixel.found || share_of_average(pixel.footprint) <= 0) continue;
    const Extent touched = intersection(pixel.footprint.bounds(), raster);
    if (touched.width == 0 || touched.height == 0) continue;
    const int last_column = grid.columns().cell(touched.x + touched.width - 1);
    const int last_row = grid.rows().cell(touched.y + touched.height - 1);
    for (int row = grid.rows().cell(touched.y); row <= last_row; ++row) {
      for (int column = grid.columns().cell(touched.x); column <= last_column; ++column) {
        wanted[static_cast<std::size_t>(grid.index(column, row))] = 1;
      }
    }
  }
  for (int tile = 0; tile < grid.count(); ++tile) {
    if (wanted[static_cast<std::size_t>(tile)] != 0) add_tile(job, tile);
  }
}

void TargetRenderer::State::add_tile(TargetJob& job, int index) const {
  const std::shared_ptr<const NativeTile> tile = native.tile(index);
  Overlap overlap;
  for (std::size_t i = 0; i < job.pixels.size(); ++i) {
    const Footprint& footprint = job.pixels[i].footprint;
    const double share = job.pixels[i].found ? share_of_average(footprint) : 0;
    if (share <= 0) continue;
    const Extent part = intersection(footprint.bounds(), tile->core);
    if (part.width == 0 || part.height == 0) continue;
    overlap.compute(footprint, tile->core);
    const double whole = std::abs(footprint.column_x * footprint.row_y - footprint.column_y * footprint.row_x) / share;
    if (whole <= 0) continue;
    const Extent& extent = overlap.extent();
    std::size_t place = 0;
    for (int y = extent.y - tile->core.y; y < extent.y - tile->core.y + extent.height; ++y) {
      std::size_t pixel = static_cast<std::size_t>(y) * static_cast<std::size_t>(tile->core.width) +
                          static_cast<std::size_t>(extent.x - tile->core.x);
      for (int x = 0; x < extent.width; ++x, ++place, ++pixel) {
        const double area = overlap.area(place);
        if (area <= 0) continue;
        for (std::size_t b = 0; b < bands.size(); ++b) {
          const NativeTile::Band& band = tile->bands[b];
          const Sample sample{static_cast<double>(band.re[pixel]),
                              band.im.empty() ? 0 : static_cast<double>(band.im[pixel])};
          const PixelClass pixel_class = band.classes.empty() ? PixelClass::valid : band.classes[pixel];
          job.means[b][i].add(conversions[b].domain, sample, pixel_class, area / whole);
        }
      }
    }
  }
}

TargetWindow TargetRenderer::State::finish(const TargetJob& job) const {
  TargetWindow out;
  out.samples.resize(bands.size());
  out.mask.assign(job.pixels.size(), 1);
  for (std::size_t b = 0; b < bands.size(); ++b) {
    out.samples[b].reserve(job.pixels.size());
    for (std::size_t i = 0; i < job.pixels.size(); ++i) {
      const FootprintMean& mean = job.means[b][i];
      ClassifiedSample sample{{}, PixelClass::nodata};
      if (mean.has_value()) {
        sample = from_domain(conversions[b], mean.mean());
      } else {
        sample.pixel_class = mean.missing_class();
      }
      if (sample.pixel_class == PixelClass::masked) out.mask[i] = 0;
      out.samples[b].push_back(stored(b, sample));
    }
  }
  return out;
}

TargetWindow TargetRenderer::State::derivatives(const Extent& window) const {
  const std::vector<MappedPixel> pixels = pixel_map.pixels(window);
  const OwnedPoints points = centres(pixels);
  const std::vector<std::size_t>& owners = points.owners;
  std::vector<PixelStep> steps(owners.size());
  for (std::size_t i = 0; scale && i < owners.size(); ++i) {
    const int pixel = static_cast<int>(owners[i]);
    scale->metres_per_pixel(window.x + pixel % window.width + 0.5, window.y + pixel / window.width + 0.5,
                            steps[i].column, steps[i].row);
  }
  const std::vector<BandTerms> terms = source.derivatives(derivative_order(options.derivative), points.x, points.y);
  TargetWindow out;
  out.mask.assign(pixels.size(), 1);
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const BandTerms& band = terms[static_cast<std::size_t>(bands[b])];
    out.samples.emplace_back(pixels.size(), to_source_type(targets[b], PixelClass::nodata, {}));
    for (std::size_t i = 0; i < owners.size(); ++i) {
      const std::size_t pixel = owners[i];
      FieldTerms channels[2];
      for (std::size_t c = 0; c < band.channels.size(); ++c) channels[c] = band.channels[c][i];
      const ClassifiedSample sample = derivative_of(conversions[b], options.derivative, channels, band.classes[i],
                                                    pixels[pixel].footprint, steps[i]);
      if (band.classes[i] == PixelClass::masked) out.mask[pixel] = 0;
      out.samples[b][pixel] = to_source_type(targets[b], sample.pixel_class, sample.sample);
    }
  }
  return out;
}

TargetRenderer::TargetRenderer(const Renderer& source, std::shared_ptr<const CoordinateMap> map,
                               const TargetOptions& options, std::shared_ptr<const GroundScale> scale)
    : state_(std::make_unique<State>(source, std::move(map), options, std::move(scale))) {}

TargetRenderer::~TargetRenderer() = default;

const std::vector<BandModel>& TargetRenderer::bands() const { return state_->targets; }

TargetWindow TargetRenderer::render(const Extent& window) const {
  if (state_->options.derivative != Derivative::none) return state_->derivatives(window);
  TargetJob job;
  job.pixels = state_->pixel_map.pixels(window);
  if (state_->only_points(job)) return state_->points(job);
  job.means.assign(state_->bands.size(), std::vector<FootprintMean>(job.pixels.size()));
  if (state_->options.sampling == Sampling::integral) {
    state_->add_integrals(job);
  } else {
    state_->add_points(job);
    state_->add_averages(job);
  }
  return state_->finish(job);
}

int TargetRenderer::preferred_window(int width, int height) const {
  double stretch = 1;
  for (const int row : {0, height / 2, height - 1}) {
    for (const int column : {0, width / 2, width - 1}) {
      const MappedPixel pixel = state_->pixel_map.pixels({column, row, 1, 1})[0];
      if (pixel.found) stretch = std::max(stretch, pixel.footprint.stretch());
    }
  }
  int window = 256;
  while (window > 16 && window * stretch > 512) window /= 2;
  return window;
}

}  // namespace sarinr
