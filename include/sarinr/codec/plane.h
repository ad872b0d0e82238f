#pragma once

#include <cstdint>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"

namespace sarinr {

/// An image of whole numbers, row by row, as PlaneCoder takes it.
struct IndexPlane {
  int width = 0;
  int height = 0;
  std::vector<std::int64_t> indices;
  /// 1 where a pixel's index matters; others come back as 0. Empty: everywhere.
  std::vector<std::uint8_t> coded;
  /// Noise grows with the index: predict its logarithm, where indices allow it.
  bool logarithmic = false;
};

/// Codes planes of one size losslessly, each in the light of the one before it (docs/format.md, "Planes"): a linear
/// prediction whose weights are the plane's, and a mixture of distributions that adapts to what passed. Whole numbers
/// throughout, so that every machine reads the same. Coded indices of a plane must span less than 2^32.
Bytes encode_planes(const std::vector<IndexPlane>& planes);

/// Fills the indices of planes that say everything else. Damaged bytes give wrong indices or a failure, and take no
/// more memory or time than sound ones.
Result<bool> decode_planes(ByteView stream, std::vector<IndexPlane>& planes);

}  // namespace sarinr
