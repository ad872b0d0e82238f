#pragma once

#include <vector>

#include "fit/cuda/latent_arguments.h"
#include "fit/latent_geometry.h"

namespace sarinr::fused {

/// A tile's geometry as the passes want it: the numbers of LatentArguments that are no pointers, and what its tables
/// hold.
struct LatentLayout {
  explicit LatentLayout(const LatentGeometry& geometry);

  LatentArguments arguments;
  std::vector<int> sources, seer_starts, seers, axis_places;
  std::vector<float> axis_numbers;
  std::vector<float> nodes;  ///< of seen nodes: symbols that other tiles have, else 0
  std::vector<LatentChunk> chunks, tap_chunks;
  int partial_count = 0;

 private:
  void place_levels(const LatentGeometry& geometry);
  void place_axes(const LatentGeometry& geometry);
  LatentAxis place(const NodeAxis& axis);
  void find_sources(const LatentGeometry& geometry);
  std::vector<int> sources_of(const LatentGeometry& geometry, int number) const;
  void add_seers(const LatentLevel& level, const std::vector<int>& own);
  void place_weights(const LatentGeometry& geometry);
  void cut_chunks();
};

}  // namespace sarinr::fused
