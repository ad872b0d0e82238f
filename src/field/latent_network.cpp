#include "field/latent_network.h"

#include <algorithm>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/field/latent_field.h"

namespace sarinr {

namespace {

/// Weights of the inputs, each times its level's step: into rows of `columns`, from `offset` on.
void pack_inputs(const LatentShape& shape, const float* weights, int rows, std::size_t columns, std::size_t offset,
                 std::vector<float>& packed) {
  for (int row = 0; row < rows; ++row) {
    float* target = packed.data() + static_cast<std::size_t>(row) * columns + offset;
    for (int level = 0; level < shape.levels; ++level) {
      for (int channel = 0; channel < shape.channels; ++channel) *target++ = *weights++ * shape.level_step(level);
    }
  }
}

std::vector<std::vector<float>> weights_at_pixels(int levels, const LatentKernels& kernels) {
  const AlignedFloats fractions = aligned_zeros(padded(1 << levels));
  const AlignedFloats weights = aligned_zeros(4 * padded(1 << levels));
  std::vector<std::vector<float>> tables;
  for (int level = 0; level < levels; ++level) {
    const int spacing = 1 << level;
    for (int place = 0; level > 0 && place < spacing; ++place) {
      fractions[static_cast<std::size_t>(place)] = (static_cast<float>(place) + 0.5f) / static_cast<float>(spacing);
    }
    kernels.weigh(0, 1, fractions.get(), padded(spacing), weights.get());
    const auto pixels = static_cast<std::size_t>(spacing);
    std::vector<float>& table = tables.emplace_back(4 * pixels + latent_slack);
    for (std::size_t k = 0; k < 4; ++k) std::copy_n(&weights[k * padded(spacing)], pixels, &table[k * pixels]);
  }
  return tables;
}

}  // namespace

LatentNetwork::LatentNetwork(const LatentShape& shape, const std::vector<float>& weights,
                             const std::string& instructions)
    : shape_(shape) {
  const FieldSpec spec = latent_spec(shape);
  if (weights.size() != weight_count(spec)) {
    throw Error(
        "a latent field has " + std::to_string(weight_count(spec)) + " weights, not " + std::to_string(weights.size()),
        ErrorKind::internal);
  }
  const std::vector<TensorInfo> tensors = architecture(spec.architecture).tensors(spec);
  const auto tensor = [&](int place) { return weights.data() + tensors[static_cast<std::size_t>(place)].offset; };
  const auto copy = [&](int place) {
    return std::vector<float>(tensor(place), tensor(place) + tensors[static_cast<std::size_t>(place)].size());
  };
  const auto width = static_cast<std::size_t>(shape.width);
  const auto inputs = static_cast<std::size_t>(shape.inputs());
  const auto channels = static_cast<std::size_t>(shape.channels);
  auto packed = std::make_unique<PackedLatentNetwork>();
  packed->kernels = &latent_kernels(instructions);
  packed->first.resize(width * inputs);
  pack_inputs(shape, tensor(latent_tensor::first), shape.width, inputs, 0, packed->first);
  packed->first_bias = copy(latent_tensor::first_bias);
  packed->second = copy(latent_tensor::second);
  packed->second_bias = copy(latent_tensor::second_bias);
  packed->out.resize(channels * (width + inputs));
  for (std::size_t c = 0; c < channels; ++c) {
    std::copy_n(tensor(latent_tensor::out) + c * width, width, packed->out.data() + c * (width + inputs));
  }
  pack_inputs(shape, tensor(latent_tensor::skip), shape.channels, width + inputs, width, packed->out);
  packed->out_bias = copy(latent_tensor::out_bias);
  packed->taps = copy(latent_tensor::taps);
  packed->pixel_weights = weights_at_pixels(shape.levels, *packed->kernels);
  packed_ = std::move(packed);
}

LatentNetwork::~LatentNetwork() = default;

LatentBlock::LatentBlock(const LatentShape& shape, const PackedLatentNetwork& network, std::size_t terms)
    : network_(network),
      terms_(terms),
      width_(static_cast<std::size_t>(shape.width)),
      inputs_(static_cast<std::size_t>(shape.inputs())),
      channels_(static_cast<std::size_t>(shape.channels)),
      hidden_(aligned_zeros(terms * width_ * most_columns)),
      joined_(aligned_zeros(terms * joined_rows() * most_columns)),
      outputs_(aligned_zeros(terms * channels_ * most_columns)) {}

void LatentBlock::run() {
  const LatentKernels& kernels = *network_.kernels;
  const std::size_t hidden_step = width_ * most_columns;
  const std::size_t joined_step = joined_rows() * most_columns;
  const bool rectified = terms_ == 1;
  for (std::size_t term = 0; term < terms_; ++term) {
    kernels.multiply(network_.first.data(), term == 0 ? network_.first_bias.data() : nullptr, width_, input(term, 0),
                     inputs_, columns_, rectified, hidden_.get() + term * hidden_step);
  }
  if (!rectified) kernels.rectify(terms_, hidden_step, width_ * columns_, hidden_.get());
  for (std::size_t term = 0; term < terms_; ++term) {
    kernels.multiply(network_.second.data(), term == 0 ? network_.second_bias.data() : nullptr, width_,
                     hidden_.get() + term * hidden_step, width_, columns_, rectified,
                     joined_.get() + term * joined_step);
  }
  if (!rectified) kernels.rectify(terms_, joined_step, width_ * columns_, joined_.get());
  for (std::size_t term = 0; term < terms_; ++term) {
    kernels.multiply(network_.out.data(), term == 0 ? network_.out_bias.data() : nullptr, channels_,
                     joined_.get() + term * joined_step, joined_rows(), columns_, false,
                     outputs_.get() + term * channels_ * most_columns);
  }
}

}  // namespace sarinr
