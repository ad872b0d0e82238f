#include "render/native_tiles.h"

#include <algorithm>
#include <utility>

namespace sarinr {

namespace {

std::size_t bytes_per_tile(const TileGrid& grid, const std::vector<BandConversion>& conversions) {
  std::size_t bytes = 0;
  for (const BandConversion& band : conversions) bytes += band.domain == AveragingDomain::complex ? 9 : 5;
  return bytes * static_cast<std::size_t>(grid.columns().largest_support()) *
         static_cast<std::size_t>(grid.rows().largest_support());
}

NativeTile::Band converted(const BandConversion& conversion, const BandValues& values) {
  NativeTile::Band band;
  const std::size_t pixels = values.samples.size();
  const bool complex = conversion.domain == AveragingDomain::complex;
  band.re.resize(pixels);
  if (complex) band.im.resize(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const Sample sample = to_domain(conversion, values.samples[i]);
    band.re[i] = static_cast<float>(sample.re);
    if (complex) band.im[i] = static_cast<float>(sample.im);
  }
  const bool all_valid = std::all_of(values.classes.begin(), values.classes.end(),
                                     [](PixelClass pixel_class) { return pixel_class == PixelClass::valid; });
  if (!all_valid) band.classes = values.classes;
  return band;
}

}  // namespace

NativeTiles::NativeTiles(const Renderer& source, std::vector<int> bands, std::vector<BandConversion> conversions,
                         std::size_t memory)
    : source_(source),
      bands_(std::move(bands)),
      conversions_(std::move(conversions)),
      tiles_(std::max<std::size_t>(2, memory / bytes_per_tile(source.layout().grid, conversions_))) {}

std::shared_ptr<const NativeTile> NativeTiles::tile(int index) const {
  return tiles_.get(index, [&] { return evaluate(index); });
}

std::shared_ptr<const NativeTile> NativeTiles::evaluate(int index) const {
  auto tile = std::make_shared<NativeTile>();
  tile->core = source_.layout().grid.core(index);
  const std::vector<BandValues> values = source_.unrounded(tile->core);
  for (std::size_t i = 0; i < bands_.size(); ++i) {
    tile->bands.push_back(converted(conversions_[i], values[static_cast<std::size_t>(bands_[i])]));
  }
  return tile;
}

}  // namespace sarinr
