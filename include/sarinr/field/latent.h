#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/base/extent.h"
#include "sarinr/field/spec.h"

namespace sarinr {

/// The shape of a latent field: grids of whole numbers (symbols) at spacings of 1, 2, 4, ... pixels, one a level and
/// channel, interpolated at the coordinate, and a small network that turns them into values (docs/format.md).
struct LatentShape {
  int channels = 1;       ///< outputs of the field, and grids of each level
  int levels = 7;         ///< level l has a node every 2^l pixels
  int neighbours = 12;    ///< symbols already decoded that the entropy network sees: 12 (5x5 window) or 24 (7x7)
  int entropy_width = 8;  ///< neurons of the entropy network's hidden layers
  int width = 8;          ///< neurons of the synthesis network's hidden layers
  float step = 0.1f;      ///< normalised units a symbol of level 0; a symbol of level l is step / 2^l

  int inputs() const { return levels * channels; }  ///< of the synthesis network: [level][channel]
  /// Levels, the finest first, whose symbols are smoothed or sharpened before they are interpolated.
  int filtered_levels() const { return levels < 3 ? levels : 3; }
  float level_step(int level) const { return step / static_cast<float>(1 << level); }
  /// Inputs of a channel's entropy network: neighbours, 3 x 3 of the interpolated coarser level, and from the second
  /// channel on 3 x 3 of the channel before.
  int entropy_inputs(int channel) const { return neighbours + (channel == 0 ? 9 : 18); }
  /// Columns and rows that the window of neighbours reaches to either side.
  int reach() const { return neighbours == 12 ? 2 : 3; }
  /// Multiply-adds of the synthesis network for all channels at one coordinate.
  std::size_t synthesis_operations() const;
  /// Multiply-adds of the entropy networks for one node of every channel. Decoding a pixel takes about 4/3 of it: there
  /// are 1 + 1/4 + 1/16 + ... nodes a pixel.
  std::size_t entropy_operations() const;
};

/// Whether the spec is of a latent field: its weights are the file's, a tile has grids.
bool is_latent(const FieldSpec& spec);
LatentShape latent_shape(const FieldSpec& spec);
/// The spec of a latent field of that shape.
FieldSpec latent_spec(const LatentShape& shape);

/// The places of a latent field's tensors among Architecture::tensors. Matrices are outputs x inputs.
namespace latent_tensor {
/// Synthesis: hidden = relu(first x + bias), hidden = relu(second hidden + bias), value = out hidden + skip x + bias.
/// Taps (filtered levels x filter_reach) belong to the filter of the finest levels (filter_reach).
enum Synthesis { first, first_bias, second, second_bias, out, skip, out_bias, taps, synthesis_count };
/// One set a channel: hidden = relu(first x + bias); hidden += relu(second hidden + bias);
/// (position, log scale) = out hidden + skip x + level bias (levels x 2).
enum Entropy {
  entropy_first,
  entropy_first_bias,
  entropy_second,
  entropy_second_bias,
  entropy_out,
  entropy_skip,
  entropy_level_bias,
  entropy_count
};
constexpr int of_channel(int channel, Entropy tensor) { return synthesis_count + channel * entropy_count + tensor; }
}  // namespace latent_tensor

/// The nodes of a level: node (i, j) lies at pixel coordinates ((i + 1/2) 2^level, (j + 1/2) 2^level).
struct NodeRange {
  int column = 0;  ///< first node
  int row = 0;
  int columns = 0;  ///< may be none
  int rows = 0;
  std::size_t count() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
  bool operator==(const NodeRange&) const = default;
};

/// The nodes whose places lie in the extent (its right and lower edges excluded): cores, which partition a raster,
/// partition the nodes too.
NodeRange nodes_within(const Extent& pixels, int level);

/// Before the nodes of the finest levels are interpolated, each becomes itself plus the sums of the nodes 1, 2 and 3
/// before and behind it, times the level's taps: along rows, then along columns. Nodes beyond the raster repeat its
/// first and last.
inline constexpr int filter_reach = 3;

/// The four weights of Keys' cubic interpolation (a = -1/2; Keys 1981) at a fraction in [0, 1) behind the second of
/// four nodes.
struct CubicWeights {
  float weight[4];
};
CubicWeights cubic_weights(double fraction);

/// A tile's symbols: [level * channels + channel][row * columns + column] over nodes_within(core, level).
struct LatentGrids {
  std::vector<std::vector<std::int16_t>> symbols;
  bool empty() const { return symbols.empty(); }
};

}  // namespace sarinr
