#pragma once

#include <cstddef>
#include <vector>

#include "field/latent_kernels.h"
#include "field/packed_network.h"
#include "sarinr/field/latent.h"

namespace sarinr {

/// The synthesis network's weights as the kernels want them. The levels' steps are in the weights of the inputs, which
/// are thus interpolated symbols; output and by-pass are one matrix over hidden values and inputs.
struct PackedLatentNetwork {
  const LatentKernels* kernels;
  std::vector<float> first, first_bias;
  std::vector<float> second, second_bias;
  std::vector<float> out, out_bias;
  std::vector<float> taps;  ///< [filtered level][filter_reach]
  /// [level][k * spacing + place]: the weights of the four nodes at a pixel's centre.
  std::vector<std::vector<float>> pixel_weights;
};

/// Pixels or points that pass through the network together, each quantity a row of them. With several terms the
/// first is the value, the others its derivatives.
class LatentBlock {
 public:
  static constexpr std::size_t most_columns = 64;
  LatentBlock(const LatentShape& shape, const PackedLatentNetwork& network, std::size_t terms);

  /// The next block's number of columns, a multiple of 16.
  void resize(std::size_t columns) { columns_ = columns; }
  std::size_t columns() const { return columns_; }
  std::size_t terms() const { return terms_; }
  float* input(std::size_t term, std::size_t index) {
    return joined_.get() + term * joined_rows() * most_columns + (width_ + index) * columns_;
  }
  void run();
  const float* output(std::size_t term, std::size_t channel) const {
    return outputs_.get() + term * channels_ * most_columns + channel * columns_;
  }

 private:
  std::size_t joined_rows() const { return width_ + inputs_; }

  const PackedLatentNetwork& network_;
  std::size_t terms_;
  std::size_t width_;
  std::size_t inputs_;
  std::size_t channels_;
  std::size_t columns_ = most_columns;
  AlignedFloats hidden_;  ///< of the first layer
  AlignedFloats joined_;  ///< of the second, then the inputs
  AlignedFloats outputs_;
};

}  // namespace sarinr
