#pragma once

#include <bit>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sarinr/render/renderer.h"

namespace sarinr::test {

inline FieldSpec tiny_siren() {
  FieldSpec spec;
  spec.width = 8;
  spec.depth = 1;
  spec.parameters = {30, 30};
  return spec;
}

/// Every tile a function of its number.
class MadeFields final : public FieldSource {
 public:
  explicit MadeFields(std::function<TileField(int)> make) : make_(std::move(make)) {}
  std::shared_ptr<const TileField> field(int tile) const override { return std::make_shared<TileField>(make_(tile)); }

 private:
  std::function<TileField(int)> make_;
};

/// One channel that is constant, in the fit domain.
inline TileField constant_field(double value) {
  TileField field;
  field.content.masks.resize(1);
  field.content.exact.resize(1);
  field.content.channels = {{ChannelModel::Kind::constant, value, 1}};
  return field;
}

/// One channel whose network is a fresh one, seeded by the tile's number.
inline TileField random_field(int tile) {
  TileField field = constant_field(0);
  field.content.channels = {{ChannelModel::Kind::network, -10, 2}};
  field.weights = architecture("siren").initialise(tiny_siren(), static_cast<std::uint64_t>(tile));
  return field;
}

/// An 8x8 tile of one CFloat32 band, stored exactly.
inline TileField lossless_field(const std::function<Sample(int, int)>& sample) {
  TileField field;
  field.content.kind = TileContent::Kind::lossless;
  field.content.masks.resize(1);
  field.content.exact.resize(1);
  for (int i = 0; i < 64; ++i) {
    const Sample value = sample(i % 8, i / 8);
    for (const double component : {value.re, value.im}) {
      const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(component));
      for (int byte = 0; byte < 4; ++byte) {
        field.content.exact[0].push_back(static_cast<std::uint8_t>(bits >> (8 * byte)));
      }
    }
  }
  return field;
}

/// 100 x 70 pixels in 3 x 2 tiles.
inline Renderer made_renderer(std::function<TileField(int)> make, std::vector<BandModel> bands, int overlap = 4) {
  return Renderer({TileGrid(100, 70, 32, overlap), std::move(bands), tiny_siren()},
                  std::make_shared<MadeFields>(std::move(make)));
}

}  // namespace sarinr::test
