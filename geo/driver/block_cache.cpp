#include "block_cache.h"

#include <algorithm>
#include <utility>

#include "gdal_support.h"
#include "gdal_version.h"

namespace sarinr::geo::driver {

namespace {

constexpr std::size_t block_pixels = std::size_t{block_size} * block_size;
constexpr std::size_t cache_memory = std::size_t{64} << 20;
/// GDAL keeps the blocks of the band that it reads by itself; these serve the neighbours of one request.
constexpr std::size_t fewest_blocks = 4;

std::size_t bytes_per_block(const std::vector<BandModel>& bands) {
  std::size_t bytes = 1;
  for (const BandModel& band : bands) bytes += bytes_per_pixel(band.type);
  return bytes * block_pixels;
}

std::size_t blocks_kept(const std::vector<BandModel>& bands) {
  return bands.size() == 1 ? fewest_blocks : std::max(fewest_blocks, cache_memory / bytes_per_block(bands));
}

Extent block_extent(const Level& level, int column, int row) {
  return intersection({column * block_size, row * block_size, block_size, block_size},
                      {0, 0, level.width(), level.height()});
}

}  // namespace

BlockCache::BlockCache(const Pyramid& pyramid, std::vector<BandModel> bands)
    : pyramid_(pyramid), bands_(std::move(bands)), blocks_(blocks_kept(bands_)) {}

std::shared_ptr<const Block> BlockCache::block(int level, int column, int row) {
  const Key key{level, row, column};
  return blocks_.get(key, [&] { return evaluate(key); });
}

std::shared_ptr<const Block> BlockCache::evaluate(const Key& key) const {
  const Level& level = pyramid_.level(key.level);
  const Extent extent = block_extent(level, key.column, key.row);
  const TargetWindow window = level.read(extent);
  auto block = std::make_shared<Block>();
  block->mask.assign(block_pixels, 0);
  const auto width = static_cast<std::size_t>(extent.width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(extent.height); ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      block->mask[y * block_size + x] = window.mask[y * width + x] != 0 ? 255 : 0;
    }
  }
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    const std::size_t size = bytes_per_pixel(bands_[b].type);
    Bytes& bytes = block->bands.emplace_back(block_pixels * size);
    for (std::size_t y = 0; y < static_cast<std::size_t>(extent.height); ++y) {
      GDALCopyWords(&window.samples[b][y * width], is_complex(bands_[b].type) ? GDT_CFloat64 : GDT_Float64,
                    sizeof(Sample), &bytes[y * block_size * size], gdal_type(bands_[b].type), static_cast<int>(size),
                    extent.width);
    }
  }
  return block;
}

}  // namespace sarinr::geo::driver
