#include "sarinr/codec/speckle.h"

#include <algorithm>

#include "codec/symbols.h"

namespace sarinr {

namespace {

/// 4 dB: what one to four looks leave when a low rate has smoothed them.
constexpr int first_level = 8;

/// What the levels coded before suggest of the one at (column, row).
int forecast(const std::vector<std::int8_t>& levels, int columns, int column, int row) {
  const auto level = [&](int x, int y) {
    return static_cast<int>(
        levels[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(x)]);
  };
  if (column == 0 && row == 0) return first_level;
  if (row == 0) return level(column - 1, 0);
  if (column == 0) return level(0, row - 1);
  return (level(column - 1, row) + level(column, row - 1) + 1) >> 1;
}

struct BlockCounts {
  explicit BlockCounts(const TileGrid& grid)
      : columns(SpeckleAxis(grid.columns()).count()), rows(SpeckleAxis(grid.rows()).count()) {}
  std::size_t all() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
  int columns;
  int rows;
};

std::size_t pairs_of(int channels) {
  return static_cast<std::size_t>(channels) * static_cast<std::size_t>(std::max(0, channels - 1)) / 2;
}

}  // namespace

SpeckleAxis::SpeckleAxis(const TileAxis& axis) {
  borders_.push_back(0);
  for (int cell = 0; cell < axis.count(); ++cell) {
    first_.push_back(count());
    const int begin = axis.border(cell);
    const int length = axis.border(cell + 1) - begin;
    const int blocks = std::max(1, (length + block_size / 2) / block_size);
    for (int block = 1; block <= blocks; ++block) borders_.push_back(begin + block * length / blocks);
  }
  first_.push_back(count());
}

SpeckleAxis::Between SpeckleAxis::between(double coordinate) const {
  // Blocks hold about as many pixels each: the guess is at most a few off.
  const double guess = coordinate * count() / border(count()) - 0.5;
  int block = static_cast<int>(std::clamp(guess, 0.0, static_cast<double>(count() - 1)));
  while (block > 0 && coordinate < middle(block)) --block;
  while (block < count() - 1 && coordinate >= middle(block + 1)) ++block;
  Between between{block, std::min(block + 1, count() - 1), 0};
  if (between.next > block) {
    between.share = std::clamp((coordinate - middle(block)) / (middle(between.next) - middle(block)), 0.0, 1.0);
  }
  return between;
}

int speckle_channel_count(const std::vector<BandModel>& bands) {
  return static_cast<int>(
      std::count_if(bands.begin(), bands.end(), [](const BandModel& band) { return is_detected(band.quantity); }));
}

Bytes encode_speckle(const SpeckleModel& model, const TileGrid& grid) {
  const BlockCounts blocks(grid);
  ByteWriter writer;
  BinaryEncoder encoder;
  for (const SpeckleChannel& channel : model.channels) {
    writer.u8(channel.skewness);
    for (const std::int8_t correlation : channel.correlations) writer.u8(static_cast<std::uint8_t>(correlation));
    SymbolModels models;
    std::size_t i = 0;
    for (int row = 0; row < blocks.rows; ++row) {
      for (int column = 0; column < blocks.columns; ++column, ++i) {
        models.encode(channel.levels[i] - forecast(channel.levels, blocks.columns, column, row), encoder);
      }
    }
  }
  for (const std::int8_t correlation : model.between) writer.u8(static_cast<std::uint8_t>(correlation));
  writer.bytes(encoder.finish());
  return writer.take();
}

Result<SpeckleModel> decode_speckle(ByteView bytes, int channels, const TileGrid& grid) {
  const BlockCounts blocks(grid);
  ByteReader reader(bytes);
  SpeckleModel model;
  for (int c = 0; c < channels; ++c) {
    SpeckleChannel& channel = model.channels.emplace_back();
    channel.skewness = reader.u8();
    for (std::int8_t& correlation : channel.correlations) correlation = static_cast<std::int8_t>(reader.u8());
  }
  for (std::size_t pair = 0; pair < pairs_of(channels); ++pair) {
    model.between.push_back(static_cast<std::int8_t>(reader.u8()));
  }
  if (reader.failed()) return Failure{"its speckle record ends too early"};
  BinaryDecoder decoder(reader.bytes(reader.left()));
  for (SpeckleChannel& channel : model.channels) {
    SymbolModels models;
    channel.levels.reserve(blocks.all());
    for (int row = 0; row < blocks.rows; ++row) {
      for (int column = 0; column < blocks.columns; ++column) {
        const int level = forecast(channel.levels, blocks.columns, column, row) + models.decode(decoder);
        channel.levels.push_back(
            static_cast<std::int8_t>(std::clamp(level, least_speckle_level, greatest_speckle_level)));
      }
    }
  }
  return model;
}

double expected_speckle_bytes(int channels, const TileGrid& grid) {
  constexpr double fixed = 1 + static_cast<double>(speckle_lags.size());
  constexpr double per_block = 0.42;  // measured: 3 to 3.6 bits
  return channels * (fixed + per_block * static_cast<double>(BlockCounts(grid).all())) +
         static_cast<double>(pairs_of(channels));
}

}  // namespace sarinr
