#include "sarinr/codec/mask.h"

#include <array>

namespace sarinr {

namespace {

constexpr int no_guide = pixel_class_count;

/// Classes already known around a pixel. Beyond the map's border the nearest pixel inside stands in; before the first
/// pixel everything is valid.
struct Neighbours {
  PixelClass west;
  PixelClass north;
  PixelClass north_west;
  PixelClass north_east;
  int guide;  ///< a class number, or no_guide

  PixelClass prediction() const;
  std::size_t context() const;
};

Neighbours neighbours(const std::vector<PixelClass>& mask, int width, int column, int row,
                      const std::vector<PixelClass>* guide) {
  const std::size_t i =
      static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column);
  const std::size_t above = i - static_cast<std::size_t>(width);
  const bool first_row = row == 0;
  const bool first_column = column == 0;
  Neighbours n{};
  n.north = !first_row ? mask[above] : (first_column ? PixelClass::valid : mask[i - 1]);
  n.west = first_column ? n.north : mask[i - 1];
  n.north_west = first_row || first_column ? n.north : mask[above - 1];
  n.north_east = first_row || column == width - 1 ? n.north : mask[above + 1];
  n.guide = guide == nullptr ? no_guide : static_cast<int>((*guide)[i]);
  return n;
}

// A straight border goes on: where west and north-west agree the class changes, if at all, with the row above.
PixelClass Neighbours::prediction() const { return west == north_west ? north : west; }

std::size_t Neighbours::context() const {
  const PixelClass predicted = prediction();
  const std::size_t pattern = (west == north ? 1u : 0u) | (west == north_west ? 2u : 0u) |
                              (north == north_west ? 4u : 0u) | (north == north_east ? 8u : 0u) |
                              (predicted == PixelClass::valid ? 16u : 0u);
  const std::size_t agreement = guide == no_guide ? 0u : (guide == static_cast<int>(predicted) ? 1u : 2u);
  return pattern + 32 * agreement;
}

/// First whether a pixel is of the predicted class, then, where it is not, its class as three bits from the top.
class MaskModels {
 public:
  BitModel& miss(const Neighbours& n) { return miss_[n.context()]; }
  BitModel& class_bit(const Neighbours& n, std::size_t node) {
    return class_bits_[static_cast<std::size_t>(n.prediction())][static_cast<std::size_t>(n.guide)][node];
  }

 private:
  std::array<BitModel, 96> miss_;
  std::array<std::array<std::array<BitModel, pixel_class_count>, pixel_class_count + 1>, pixel_class_count> class_bits_;
};

}  // namespace

void encode_mask(const std::vector<PixelClass>& mask, int width, int height, const std::vector<PixelClass>* guide,
                 BinaryEncoder& encoder) {
  MaskModels models;
  std::size_t i = 0;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column, ++i) {
      const Neighbours n = neighbours(mask, width, column, row, guide);
      const bool miss = mask[i] != n.prediction();
      encoder.encode(miss, models.miss(n));
      if (!miss) continue;
      std::size_t node = 1;
      for (int bit = 2; bit >= 0; --bit) {
        const bool value = (static_cast<unsigned>(mask[i]) >> bit) & 1;
        encoder.encode(value, models.class_bit(n, node));
        node = 2 * node + (value ? 1 : 0);
      }
    }
  }
}

std::vector<PixelClass> decode_mask(int width, int height, const std::vector<PixelClass>* guide,
                                    BinaryDecoder& decoder) {
  MaskModels models;
  std::vector<PixelClass> mask(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  std::size_t i = 0;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column, ++i) {
      const Neighbours n = neighbours(mask, width, column, row, guide);
      mask[i] = n.prediction();
      if (!decoder.decode(models.miss(n))) continue;
      std::size_t node = 1;
      while (node < pixel_class_count) node = 2 * node + (decoder.decode(models.class_bit(n, node)) ? 1 : 0);
      mask[i] = static_cast<PixelClass>(node - pixel_class_count);
    }
  }
  return mask;
}

}  // namespace sarinr
