#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"
#include "sarinr/radiometry/band.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

/// Steps between two nodes of which the correlation of speckle is kept: half of those at most two columns and rows
/// apart, since the other half mirrors them.
struct SpeckleLag {
  int x = 0;
  int y = 0;
};
inline constexpr std::array<SpeckleLag, 12> speckle_lags = {
    {{1, 0}, {2, 0}, {-2, 1}, {-1, 1}, {0, 1}, {1, 1}, {2, 1}, {-2, 2}, {-1, 2}, {0, 2}, {1, 2}, {2, 2}}};

/// What the fields of one detected band lack of its speckle, in decibels; integers, so that every reader sees the same.
struct SpeckleChannel {
  std::uint8_t skewness = 0;  ///< its negative, in hundredths: 114 of a single look in decibels
  /// At speckle_lags, in units of 1/127.
  std::array<std::int8_t, speckle_lags.size()> correlations{};
  /// Deviation of each block, row by row: 2^(level / 4) dB.
  std::vector<std::int8_t> levels;
};
/// Deviations of 2^-16 dB, which stand for none, and of 64 dB.
inline constexpr int least_speckle_level = -64;
inline constexpr int greatest_speckle_level = 24;

/// What a file keeps of the speckle that its fields do not have: enough to make another of the same statistics.
struct SpeckleModel {
  std::vector<SpeckleChannel> channels;  ///< of the detected bands, in order
  /// Correlation of each channel with all before it: (1, 0), (2, 0), (2, 1), ..., in units of 1/127.
  std::vector<std::int8_t> between;
};

/// One axis of the blocks whose deviations are kept: every cell of the tile axis is cut into blocks of about 32 pixels
/// that differ by one pixel at most.
class SpeckleAxis {
 public:
  static constexpr int block_size = 32;
  explicit SpeckleAxis(const TileAxis& axis);
  int count() const { return static_cast<int>(borders_.size()) - 1; }
  /// The first block of a cell of the tile axis; of its count the number of blocks.
  int first(int cell) const { return first_[static_cast<std::size_t>(cell)]; }
  /// First pixel of a block; border(count()) is the length.
  int border(int block) const { return borders_[static_cast<std::size_t>(block)]; }

  /// The blocks whose middles lie around a coordinate (pixels, corners at whole numbers), and how far on the way from
  /// the first to the second it is.
  struct Between {
    int block = 0;
    int next = 0;
    double share = 0;
  };
  Between between(double coordinate) const;

 private:
  double middle(int block) const { return 0.5 * (border(block) + border(block + 1)); }
  std::vector<int> borders_;
  std::vector<int> first_;
};

/// Number of bands whose speckle can be kept: those of amplitude, power and decibels.
int speckle_channel_count(const std::vector<BandModel>& bands);

/// Of a model with speckle_channel_count channels and as many levels each as the grid has blocks.
Bytes encode_speckle(const SpeckleModel& model, const TileGrid& grid);
/// Its inverse. Hostile bytes give a Failure or numbers within their limits.
Result<SpeckleModel> decode_speckle(ByteView bytes, int channels, const TileGrid& grid);

/// Bytes that a model takes, about.
double expected_speckle_bytes(int channels, const TileGrid& grid);

}  // namespace sarinr
