#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sarinr/base/extent.h"
#include "sarinr/field/latent.h"

namespace sarinr {

struct LatentLevel;
struct PackedLatentNetwork;

/// The synthesis network of a latent field, which all tiles of a file share, as the kernels want it.
class LatentNetwork {
 public:
  /// `weights`: all tensors of latent_spec(shape), dequantised, in the order of Architecture::tensors. `instructions`
  /// as instruction_sets() names them, or "auto".
  LatentNetwork(const LatentShape& shape, const std::vector<float>& weights, const std::string& instructions = "auto");
  ~LatentNetwork();

  const LatentShape& shape() const { return shape_; }
  const PackedLatentNetwork& packed() const { return *packed_; }

 private:
  LatentShape shape_;
  std::unique_ptr<const PackedLatentNetwork> packed_;
};

/// A tile's latent field: the symbols of the nodes that count within its core, and the file's network. Coordinates are
/// pixels of the whole raster, corners at whole numbers. Values are the network's outputs: normalised units, before a
/// channel's offset and scale.
///
/// Input [level][channel] of the network is the level's step times the sum over the 4 x 4 nodes around the coordinate
/// of Keys' cubic weights along both axes (cubic_weights); the finest levels' nodes are filtered before (filter_reach).
/// Nodes beyond the raster's first and last of a level repeat these; a level without a node in the raster is 0. Fields
/// of neighbouring tiles see the same nodes, so that values continue over the border.
///
/// A value depends on the coordinate alone, not on the others of a call, nor on the way it is asked for: a window's
/// values are those of its pixels' centres. Built by the constructor, `add` and `complete`; thread-safe from then on.
class LatentField {
 public:
  LatentField(std::shared_ptr<const LatentNetwork> network, int raster_width, int raster_height, const Extent& core);
  LatentField(LatentField&&) noexcept;
  ~LatentField();

  /// The pixels that hold all nodes the field depends on: the core and up to two nodes' spacings around, of filtered
  /// levels five.
  Extent node_extent() const;
  /// Whether the field depends on a node within these pixels.
  bool depends_on(const Extent& pixels) const;
  /// Takes the symbols of a tile of that core (the field's own or another). Nodes of tiles that are not added are 0.
  /// Throws an internal Error where they are not as many as the core's nodes.
  void add(const Extent& core, const LatentGrids& grids);
  /// Called once, after all tiles were added and before anything is evaluated.
  void complete();

  /// Values at the centres of a window of pixels, which lies in the core: out[channel * stride + row * width + column].
  void evaluate(const Extent& window, float* out, std::size_t stride) const;
  /// Values at `count` coordinates within the core, its right and lower edges included: out[channel * stride + i].
  void evaluate(const double* x, const double* y, std::size_t count, float* out, std::size_t stride) const;
  /// Values and derivatives by x and y, per pixel: out[(channel * terms + term) * stride + i], the terms being value,
  /// d/dx, d/dy and, of order 2, d2/dx2, d2/dxdy, d2/dy2. Keys' kernel has a continuous first derivative; its second
  /// is linear between the nodes of a level and jumps at them, where the side towards larger coordinates counts. At
  /// the kinks of the rectifiers the slope is 0, and their second derivative counts as 0 everywhere.
  void differentiate(int order, const double* x, const double* y, std::size_t count, float* out,
                     std::size_t stride) const;

 private:
  std::shared_ptr<const LatentNetwork> network_;
  Extent core_;
  std::vector<LatentLevel> levels_;
};

}  // namespace sarinr
