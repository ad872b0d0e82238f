#include <algorithm>
#include <cstdlib>

#include "fit/latent_parts.h"

namespace sarinr {

namespace {

using Parts = LatentObjective::Parts;

std::vector<float> tensor_of(const std::vector<TensorInfo>& tensors, const std::vector<float>& weights, int index) {
  const TensorInfo& tensor = tensors[static_cast<std::size_t>(index)];
  const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
  return {begin, begin + static_cast<std::ptrdiff_t>(tensor.size())};
}

/// [a | b], both of `rows` rows.
std::vector<float> side_by_side(const std::vector<float>& a, const std::vector<float>& b, std::size_t rows) {
  std::vector<float> out;
  const std::size_t left = a.size() / rows;
  const std::size_t right = b.size() / rows;
  for (std::size_t r = 0; r < rows; ++r) {
    out.insert(out.end(), a.begin() + static_cast<std::ptrdiff_t>(r * left),
               a.begin() + static_cast<std::ptrdiff_t>((r + 1) * left));
    out.insert(out.end(), b.begin() + static_cast<std::ptrdiff_t>(r * right),
               b.begin() + static_cast<std::ptrdiff_t>((r + 1) * right));
  }
  return out;
}

/// Columns of inputs times their level's step: symbols go into the kernels as they are.
void scale_inputs(const LatentShape& shape, std::vector<float>& matrix) {
  const auto inputs = static_cast<std::size_t>(shape.inputs());
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    matrix[i] *= shape.level_step(static_cast<int>(i % inputs) / shape.channels);
  }
}

/// What a segment of pixels carries through the network.
struct Segment {
  Segment(std::size_t inputs, std::size_t width, std::size_t channels)
      : values(inputs * latent_segment),
        value_gradient(inputs * latent_segment),
        first(width * latent_segment),
        first_gradient(width * latent_segment),
        second(width * latent_segment),
        second_gradient(width * latent_segment),
        out(channels * latent_segment),
        out_gradient(channels * latent_segment) {
    for (std::size_t i = 0; i < width; ++i) {
      first_rows.push_back(first.data() + i * latent_segment);
      first_gradient_rows.push_back(first_gradient.data() + i * latent_segment);
      last_rows.push_back(second.data() + i * latent_segment);
      last_gradient_rows.push_back(second_gradient.data() + i * latent_segment);
    }
    for (std::size_t i = 0; i < inputs; ++i) {
      input_rows.push_back(values.data() + i * latent_segment);
      input_gradient_rows.push_back(value_gradient.data() + i * latent_segment);
      last_rows.push_back(input_rows.back());
      last_gradient_rows.push_back(input_gradient_rows.back());
    }
  }
  std::vector<float> values, value_gradient, first, first_gradient, second, second_gradient, out, out_gradient;
  std::vector<const float*> input_rows, first_rows, last_rows;  ///< last: second hidden layer, then inputs
  std::vector<float*> input_gradient_rows, first_gradient_rows, last_gradient_rows;
};

/// One band's work: interpolation, network, error, and all of it backwards.
class BandSynthesis {
 public:
  BandSynthesis(Parts& parts, SynthesisBand& band, double factor)
      : parts_(parts),
        band_(band),
        kernels_(*parts.kernels),
        weights_(parts.weights),
        inputs_(static_cast<std::size_t>(parts.shape.inputs())),
        width_(static_cast<std::size_t>(parts.shape.width)),
        channels_(static_cast<std::size_t>(parts.shape.channels)),
        factor_(static_cast<float>(factor)),
        segment_(inputs_, width_, channels_) {}

  void run(bool gradients, std::vector<float>* output) {
    expand();
    if (gradients) {
      for (SynthesisBand::Level& level : band_.levels) {
        std::fill(level.expanded_gradient.begin(), level.expanded_gradient.end(), 0.0f);
      }
      band_.sums.prepare(inputs_, width_, channels_);
    }
    float squares[latent_lanes] = {};
    for (int y = band_.begin; y < band_.end; ++y) {
      for (std::size_t x = 0; x < parts_.target_stride; x += latent_segment) {
        const std::size_t count = std::min(latent_segment, parts_.target_stride - x);
        forward(y, x, count);
        if (output != nullptr) {
          store(y, x, count, *output);
          continue;
        }
        for (std::size_t c = 0; c < channels_; ++c) {
          const std::size_t place = target_place(c, y, x);
          kernels_.square_error(segment_.out.data() + c * latent_segment, parts_.target_values.data() + place,
                                parts_.target_weights.data() + place, count, factor_, squares,
                                gradients ? segment_.out_gradient.data() + c * latent_segment : nullptr);
        }
        if (gradients) backward(y, x, count);
      }
    }
    band_.square_error = 0;
    for (const float square : squares) band_.square_error += static_cast<double>(square);
    if (gradients) reduce();
  }

 private:
  std::size_t target_place(std::size_t channel, int y, std::size_t x) const {
    const auto row = channel * static_cast<std::size_t>(parts_.target.region.height) + static_cast<std::size_t>(y);
    return row * parts_.target_stride + x;
  }
  std::size_t expanded_place(const SynthesisBand::Level& level, std::size_t channel, int row, std::size_t x) const {
    return (channel * static_cast<std::size_t>(level.rows) + static_cast<std::size_t>(row - level.first_row)) *
               parts_.target_stride +
           x;
  }

  /// Rows of nodes to rows of pixels.
  void expand() {
    for (int l = 1; l < parts_.shape.levels; ++l) {
      SynthesisBand::Level& level = band_.levels[static_cast<std::size_t>(l)];
      const NodeAxis& axis = parts_.columns[static_cast<std::size_t>(l)];
      for (std::size_t c = 0; c < channels_; ++c) {
        for (int r = 0; r < level.rows; ++r) {
          const int row = level.first_row + r;
          kernels_.expand(parts_.interpolated_row(l, static_cast<int>(c), row), axis.first.data(), axis.weights.data(),
                          axis.stride, axis.stride, level.expanded.data() + expanded_place(level, c, row, 0));
        }
      }
    }
  }

  void row_weights(const NodeAxis& axis, int y, float* weights) const {
    for (std::size_t t = 0; t < 4; ++t) weights[t] = axis.weights[t * axis.stride + static_cast<std::size_t>(y)];
  }

  void forward(int y, std::size_t x, std::size_t count) {
    for (std::size_t c = 0; c < channels_; ++c) {
      const float* pixels = parts_.interpolated_row(0, static_cast<int>(c), y) + x;
      segment_.input_rows[c] = pixels;
      segment_.last_rows[width_ + c] = pixels;
    }
    for (int l = 1; l < parts_.shape.levels; ++l) {
      const SynthesisBand::Level& level = band_.levels[static_cast<std::size_t>(l)];
      const NodeAxis& axis = parts_.rows[static_cast<std::size_t>(l)];
      float weights[4];
      row_weights(axis, y, weights);
      for (std::size_t c = 0; c < channels_; ++c) {
        const float* rows[4];
        for (int t = 0; t < 4; ++t) {
          rows[t] = level.expanded.data() + expanded_place(level, c, axis.first[static_cast<std::size_t>(y)] + t, x);
        }
        kernels_.combine(rows, weights, count, segment_.values.data() + input(l, c) * latent_segment);
      }
    }
    kernels_.dense(segment_.input_rows.data(), inputs_, weights_.first.data(), weights_.first_bias.data(), width_,
                   count, true, segment_.first.data(), latent_segment);
    kernels_.dense(segment_.first_rows.data(), width_, weights_.second.data(), weights_.second_bias.data(), width_,
                   count, true, segment_.second.data(), latent_segment);
    kernels_.dense(segment_.last_rows.data(), width_ + inputs_, weights_.last.data(), weights_.last_bias.data(),
                   channels_, count, false, segment_.out.data(), latent_segment);
  }

  void backward(int y, std::size_t x, std::size_t count) {
    WeightSums& sums = band_.sums;
    std::fill(segment_.value_gradient.begin(), segment_.value_gradient.end(), 0.0f);
    std::fill(segment_.second_gradient.begin(), segment_.second_gradient.end(), 0.0f);
    std::fill(segment_.first_gradient.begin(), segment_.first_gradient.end(), 0.0f);
    const float* out = segment_.out_gradient.data();
    kernels_.outer(out, latent_segment, channels_, segment_.last_rows.data(), width_ + inputs_, count,
                   sums.last.data());
    kernels_.add_bias(out, latent_segment, channels_, count, sums.last_bias.data());
    kernels_.dense_back(out, latent_segment, channels_, weights_.last.data(), width_ + inputs_, count,
                        segment_.last_gradient_rows.data());
    float* second = segment_.second_gradient.data();
    kernels_.relu_back(segment_.second.data(), width_ * latent_segment, second);
    kernels_.outer(second, latent_segment, width_, segment_.first_rows.data(), width_, count, sums.second.data());
    kernels_.add_bias(second, latent_segment, width_, count, sums.second_bias.data());
    kernels_.dense_back(second, latent_segment, width_, weights_.second.data(), width_, count,
                        segment_.first_gradient_rows.data());
    float* first = segment_.first_gradient.data();
    kernels_.relu_back(segment_.first.data(), width_ * latent_segment, first);
    kernels_.outer(first, latent_segment, width_, segment_.input_rows.data(), inputs_, count, sums.first.data());
    kernels_.add_bias(first, latent_segment, width_, count, sums.first_bias.data());
    kernels_.dense_back(first, latent_segment, width_, weights_.first.data(), inputs_, count,
                        segment_.input_gradient_rows.data());
    spread(y, x, count);
  }

  /// Gradients of the interpolated values: of the finest level, whose nodes are pixels, straight into its grid's, of
  /// the others into expanded rows.
  void spread(int y, std::size_t x, std::size_t count) {
    for (int l = 1; l < parts_.shape.levels; ++l) {
      SynthesisBand::Level& level = band_.levels[static_cast<std::size_t>(l)];
      const NodeAxis& axis = parts_.rows[static_cast<std::size_t>(l)];
      float weights[4];
      row_weights(axis, y, weights);
      for (std::size_t c = 0; c < channels_; ++c) {
        float* rows[4];
        for (int t = 0; t < 4; ++t) {
          rows[t] =
              level.expanded_gradient.data() + expanded_place(level, c, axis.first[static_cast<std::size_t>(y)] + t, x);
        }
        kernels_.spread(segment_.value_gradient.data() + input(l, c) * latent_segment, weights, count, rows);
      }
    }
    const std::size_t filled = std::min(count, static_cast<std::size_t>(parts_.target.region.width) - x);
    for (std::size_t c = 0; c < channels_; ++c) {
      float* to = parts_.grid(0, static_cast<int>(c)).filtered_gradient.row(y + filter_reach) + filter_reach + x;
      std::copy_n(segment_.value_gradient.data() + c * latent_segment, filled, to);
    }
  }

  /// Gradients of expanded rows to those of nodes.
  void reduce() {
    for (int l = 1; l < parts_.shape.levels; ++l) {
      SynthesisBand::Level& level = band_.levels[static_cast<std::size_t>(l)];
      const NodeAxis& axis = parts_.columns[static_cast<std::size_t>(l)];
      float* out = level.node_gradient.data();
      for (std::size_t c = 0; c < channels_; ++c) {
        for (int r = 0; r < level.rows; ++r, out += axis.count) {
          const float* pixels = level.expanded_gradient.data() + expanded_place(level, c, level.first_row + r, 0);
          kernels_.dots(pixels, axis.start.data(), axis.adjoint.data(), axis.adjoint_length,
                        static_cast<std::size_t>(axis.count), out);
        }
      }
    }
  }

  void store(int y, std::size_t x, std::size_t count, std::vector<float>& output) const {
    for (std::size_t c = 0; c < channels_; ++c) {
      std::copy_n(segment_.out.data() + c * latent_segment, count,
                  output.begin() + static_cast<std::ptrdiff_t>(target_place(c, y, x)));
    }
  }

  std::size_t input(int level, std::size_t channel) const {
    return static_cast<std::size_t>(level) * channels_ + channel;
  }

  Parts& parts_;
  SynthesisBand& band_;
  const LatentFitKernels& kernels_;
  const KernelWeights& weights_;
  std::size_t inputs_, width_, channels_;
  float factor_;
  Segment segment_;
};

}  // namespace

KernelWeights kernel_weights(const LatentShape& shape, const std::vector<TensorInfo>& tensors,
                             const std::vector<float>& weights) {
  using namespace latent_tensor;
  const auto tensor = [&](int index) { return tensor_of(tensors, weights, index); };
  KernelWeights out;
  out.first = tensor(first);
  scale_inputs(shape, out.first);
  out.first_bias = tensor(first_bias);
  out.second = tensor(second);
  out.second_bias = tensor(second_bias);
  std::vector<float> straight = tensor(skip);
  scale_inputs(shape, straight);
  out.last = side_by_side(tensor(latent_tensor::out), straight, static_cast<std::size_t>(shape.channels));
  out.last_bias = tensor(out_bias);
  const std::vector<float> filters = tensor(taps);
  for (std::size_t level = 0; level < filters.size(); level += filter_reach) {
    for (int place = -filter_reach; place <= filter_reach; ++place) {
      out.taps.push_back(place == 0 ? 1.0f : filters[level + static_cast<std::size_t>(std::abs(place)) - 1]);
    }
  }
  for (int channel = 0; channel < shape.channels; ++channel) {
    const auto part = [&](Entropy place) { return tensor(of_channel(channel, place)); };
    out.entropy.push_back({part(entropy_first), part(entropy_first_bias), part(entropy_second),
                           part(entropy_second_bias), side_by_side(part(entropy_out), part(entropy_skip), 2),
                           part(entropy_level_bias)});
  }
  return out;
}

void WeightSums::prepare(std::size_t inputs, std::size_t width, std::size_t outputs) {
  first.assign(width * inputs * latent_lanes, 0);
  first_bias.assign(width * latent_lanes, 0);
  second.assign(width * width * latent_lanes, 0);
  second_bias.assign(width * latent_lanes, 0);
  last.assign(outputs * (width + inputs) * latent_lanes, 0);
  last_bias.assign(outputs * latent_lanes, 0);
}

void Parts::synthesise(SynthesisBand& band, bool gradients, double factor, std::vector<float>* output) {
  BandSynthesis(*this, band, factor).run(gradients, output);
}

}  // namespace sarinr
