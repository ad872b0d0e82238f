#include "sarinr/codec/latent.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "codec/entropy_network.h"
#include "codec/laplace_models.h"
#include "codec/wavefront.h"
#include "sarinr/base/error.h"

namespace sarinr {

struct LatentCoder::Parts {
  LatentShape shape;
  std::vector<EntropyNetwork> networks;
  EntropyKernel kernel = nullptr;
};

namespace {

/// Passes symbols to an encoder, or to a counter that has its two functions.
template <class Coder>
struct Writing {
  Coder& coder;
  bool empty_grid(const std::vector<std::int16_t>& symbols, SlowBitModel& model) {
    const bool empty = std::all_of(symbols.begin(), symbols.end(), [](std::int16_t symbol) { return symbol == 0; });
    coder.encode_with(empty, model.probability_of_zero());
    model.update(empty);
    return empty;
  }
  int symbol(std::int16_t known, int centre, int scale, LaplaceModels& models) {
    models.encode(known, centre, scale, coder);
    return known;
  }
};

struct Reading {
  BinaryDecoder& coder;
  bool empty_grid(const std::vector<std::int16_t>&, SlowBitModel& model) {
    const bool empty = coder.decode_with(model.probability_of_zero());
    model.update(empty);
    return empty;
  }
  int symbol(std::int16_t, int centre, int scale, LaplaceModels& models) { return models.decode(centre, scale, coder); }
};

/// Adds up the bits that an encoder would spend.
class BitCounter {
 public:
  void encode_with(bool bit, std::uint32_t probability_of_zero) {
    const std::uint32_t probability = bit ? 65536 - probability_of_zero : probability_of_zero;
    bits_ -= std::log2(probability / 65536.0);
  }
  void encode_raw(std::uint32_t, int count) { bits_ += count; }
  double take() { return std::exchange(bits_, 0.0); }

 private:
  double bits_ = 0;
};

/// What a stream's coding remembers from grid to grid.
struct StreamModels {
  LaplaceModels laplace;
  SlowBitModel empty_grid{1u << 15};
};

/// A tile's grids and what is needed to know of them.
struct TileGrids {
  const LatentShape& shape;
  Extent core;
  const std::vector<bool>& coded;
  LatentGrids& grids;

  NodeRange range(int level) const { return nodes_within(core, level); }
  std::size_t index(int level, int channel) const { return static_cast<std::size_t>(level * shape.channels + channel); }
  std::vector<std::int16_t>& symbols(int level, int channel) const { return grids.symbols[index(level, channel)]; }
};

/// The coarser grid of the same channel at a grid's nodes.
BorderedGrid coarser_grid(const TileGrids& tile, int level, int channel) {
  const NodeRange range = tile.range(level);
  if (level + 1 == tile.shape.levels) return interpolated_symbols({}, {}, range);
  return interpolated_symbols(tile.symbols(level + 1, channel), tile.range(level + 1), range);
}

template <class Direction>
void pass_grid(const TileGrids& tile, const EntropyNetwork& network, EntropyKernel kernel, int level, int channel,
               LaplaceModels& models, Direction& direction) {
  const NodeRange range = tile.range(level);
  std::vector<std::int16_t>& symbols = tile.symbols(level, channel);
  const BorderedGrid coarser = coarser_grid(tile, level, channel);
  BorderedGrid before;
  if (channel > 0) before = bordered_symbols(tile.symbols(level, channel - 1), range);
  Wavefront wavefront(range, tile.shape.reach(), coarser, channel > 0 ? &before : nullptr);
  std::vector<std::int32_t> centres(static_cast<std::size_t>(range.rows) + most_lanes);
  std::vector<std::int32_t> scales(centres.size());
  for (int time = 0; time < wavefront.time_count(); ++time) {
    const Wavefront::Front front = wavefront.advance();
    kernel(network, level, wavefront.inputs(), front.count, centres.data(), scales.data());
    for (std::size_t i = 0; i < front.count; ++i) {
      const int row = front.first + static_cast<int>(i);
      std::int16_t& symbol = symbols[static_cast<std::size_t>(row) * static_cast<std::size_t>(range.columns) +
                                     static_cast<std::size_t>(wavefront.column(time, row))];
      symbol = static_cast<std::int16_t>(direction.symbol(symbol, centres[i], scales[i], models));
      wavefront.set(row, symbol);
    }
  }
}

/// All grids in coding order; `after_grid` is told each one's index.
template <class Direction, class AfterGrid>
void pass_tile(const TileGrids& tile, const std::vector<EntropyNetwork>& networks, EntropyKernel kernel,
               Direction direction, const AfterGrid& after_grid) {
  StreamModels models;
  for (int level = tile.shape.levels - 1; level >= 0; --level) {
    for (int channel = 0; channel < tile.shape.channels; ++channel) {
      if (!tile.coded[static_cast<std::size_t>(channel)] || tile.range(level).count() == 0) continue;
      if (!direction.empty_grid(tile.symbols(level, channel), models.empty_grid)) {
        pass_grid(tile, networks[static_cast<std::size_t>(channel)], kernel, level, channel, models.laplace, direction);
      }
      after_grid(tile.index(level, channel));
    }
  }
}

void check_grids(const LatentShape& shape, const LatentGrids& grids, const Extent& core,
                 const std::vector<bool>& coded) {
  const auto require = [](bool holds, const char* sentence) {
    if (!holds) throw Error(std::string("latent grids cannot be coded: ") + sentence, ErrorKind::internal);
  };
  require(coded.size() == static_cast<std::size_t>(shape.channels), "not one entry a channel says what is coded");
  require(grids.symbols.size() == static_cast<std::size_t>(shape.inputs()), "they are not one a level and channel");
  for (int i = 0; i < shape.inputs(); ++i) {
    const std::vector<std::int16_t>& symbols = grids.symbols[static_cast<std::size_t>(i)];
    require(symbols.size() == nodes_within(core, i / shape.channels).count(), "one has not a symbol for each node");
    const int limit = coded[static_cast<std::size_t>(i % shape.channels)] ? largest_latent : 0;
    const bool within =
        std::all_of(symbols.begin(), symbols.end(), [limit](int s) { return s >= -limit && s <= limit; });
    require(within, limit == 0 ? "a channel that is not coded has symbols" : "a symbol is too large");
  }
}

}  // namespace

LatentCoder::LatentCoder(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

Result<LatentCoder> LatentCoder::make(const FieldSpec& spec, const QuantisedWeights& networks,
                                      const std::string& instructions) {
  if (!is_latent(spec)) throw Error("a latent coder of a coordinate network", ErrorKind::internal);
  const LatentShape shape = latent_shape(spec);
  Result<std::vector<EntropyNetwork>> converted = entropy_networks(shape, networks);
  if (!converted) return converted.failure();
  return LatentCoder(std::make_shared<const Parts>(Parts{shape, std::move(*converted), entropy_kernel(instructions)}));
}

Bytes LatentCoder::encode(const LatentGrids& grids, const Extent& core, const std::vector<bool>& coded) const {
  check_grids(parts_->shape, grids, core, coded);
  LatentGrids copy = grids;
  BinaryEncoder encoder;
  pass_tile(TileGrids{parts_->shape, core, coded, copy}, parts_->networks, parts_->kernel,
            Writing<BinaryEncoder>{encoder}, [](std::size_t) {});
  return encoder.finish();
}

Result<LatentGrids> LatentCoder::decode(ByteView stream, const Extent& core, const std::vector<bool>& coded) const {
  const LatentShape& shape = parts_->shape;
  if (coded.size() != static_cast<std::size_t>(shape.channels)) {
    throw Error("latent grids cannot be decoded: not one entry a channel says what is coded", ErrorKind::internal);
  }
  LatentGrids grids;
  for (int i = 0; i < shape.inputs(); ++i) grids.symbols.emplace_back(nodes_within(core, i / shape.channels).count());
  BinaryDecoder decoder(stream);
  pass_tile(TileGrids{shape, core, coded, grids}, parts_->networks, parts_->kernel, Reading{decoder},
            [](std::size_t) {});
  return grids;
}

std::vector<double> LatentCoder::exact_cost(const LatentGrids& grids, const Extent& core,
                                            const std::vector<bool>& coded) const {
  check_grids(parts_->shape, grids, core, coded);
  LatentGrids copy = grids;
  std::vector<double> bits(grids.symbols.size());
  BitCounter counter;
  pass_tile(TileGrids{parts_->shape, core, coded, copy}, parts_->networks, parts_->kernel, Writing<BitCounter>{counter},
            [&](std::size_t grid) { bits[grid] = counter.take(); });
  return bits;
}

}  // namespace sarinr
