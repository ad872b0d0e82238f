#include <algorithm>

#include "fit/latent_parts.h"

namespace sarinr {

namespace {

using Parts = LatentObjective::Parts;

/// One band's bits: the entropy network over shifted views of the grids, and all of it backwards.
class BandBits {
 public:
  BandBits(Parts& parts, EntropyBand& band, double weight)
      : parts_(parts),
        band_(band),
        kernels_(*parts.kernels),
        weights_(parts.weights.entropy[static_cast<std::size_t>(band.channel)]),
        inputs_(static_cast<std::size_t>(parts.shape.entropy_inputs(band.channel))),
        width_(static_cast<std::size_t>(parts.shape.entropy_width)),
        bit_weight_(static_cast<float>(weight)),
        has_coarse_(band.level + 1 < parts.shape.levels),
        columns_(parts.free_nodes[static_cast<std::size_t>(band.level)].columns),
        first_(width_ * latent_segment),
        second_(width_ * latent_segment),
        hidden_(width_ * latent_segment),
        out_(2 * latent_segment),
        first_gradient_(width_ * latent_segment),
        hidden_gradient_(width_ * latent_segment),
        second_gradient_(width_ * latent_segment),
        out_gradient_(2 * latent_segment),
        input_gradient_(inputs_ * latent_segment),
        symbol_gradient_(latent_segment) {
    for (std::size_t i = 0; i < width_; ++i) {
      first_rows_.push_back(first_.data() + i * latent_segment);
      last_rows_.push_back(hidden_.data() + i * latent_segment);
      last_gradient_rows_.push_back(hidden_gradient_.data() + i * latent_segment);
      first_gradient_rows_.push_back(first_gradient_.data() + i * latent_segment);
    }
    input_rows_.resize(inputs_);
    last_rows_.resize(width_ + inputs_);
    for (std::size_t i = 0; i < inputs_; ++i) {
      input_gradient_rows_.push_back(input_gradient_.data() + i * latent_segment);
      last_gradient_rows_.push_back(input_gradient_rows_.back());
    }
    level_bias_[0] = weights_.level_bias[static_cast<std::size_t>(2 * band.level)];
    level_bias_[1] = weights_.level_bias[static_cast<std::size_t>(2 * band.level + 1)];
  }

  void run(bool gradients) {
    if (gradients) {
      band_.symbol_gradient.clear();
      band_.upsampled_gradient.clear();
      band_.previous_gradient.clear();
      band_.sums.prepare(inputs_, width_, 2);
    }
    float bits[latent_lanes] = {};
    for (int row = band_.begin; row < band_.end; ++row) {
      for (int column = 0; column < columns_; column += static_cast<int>(latent_segment)) {
        const auto valid = std::min(latent_segment, static_cast<std::size_t>(columns_ - column));
        const std::size_t count = padded_count(valid);
        forward(row, column, count);
        const float* symbols = symbol().row(row) + column;
        float* scales = out_gradient_.data() + latent_segment;
        kernels_.laplace(symbols, out_.data(), out_.data() + latent_segment, count, valid, bit_weight_, bits,
                         gradients ? symbol_gradient_.data() : nullptr, out_gradient_.data(), scales);
        if (gradients) backward(row, column, count);
      }
    }
    band_.bits = 0;
    for (const float lane : bits) band_.bits += static_cast<double>(lane);
  }

 private:
  const PaddedGrid& symbol() const { return parts_.grid(band_.level, band_.channel).symbol; }

  /// Calls visit(input, grid of values, its gradient, rows that the gradient's grid lies higher, row, column offset).
  template <class Visit>
  void visit_inputs(const Visit& visit) {
    const int reach = parts_.shape.reach();
    std::size_t input = 0;
    const LatentLevelGrid& own = parts_.grid(band_.level, band_.channel);
    for (int r = -reach; r <= 0; ++r) {
      for (int c = -reach; c <= (r == 0 ? -1 : reach); ++c)
        visit(input++, &own.symbol, &band_.symbol_gradient, reach, r, c);
    }
    const auto around = [&](const PaddedGrid* grid, PaddedGrid* gradient) {
      for (int r = -1; r <= 1; ++r) {
        for (int c = -1; c <= 1; ++c) visit(input++, grid, gradient, 1, r, c);
      }
    };
    around(has_coarse_ ? &own.upsampled : nullptr, &band_.upsampled_gradient);
    if (band_.channel == 0) return;
    around(&parts_.grid(band_.level, band_.channel - 1).symbol, &band_.previous_gradient);
  }

  void forward(int row, int column, std::size_t count) {
    static const float zeros[latent_segment] = {};
    visit_inputs([&](std::size_t input, const PaddedGrid* grid, PaddedGrid*, int, int r, int c) {
      input_rows_[input] = grid == nullptr ? zeros : grid->row(row + r) + column + c;
      last_rows_[width_ + input] = input_rows_[input];
    });
    kernels_.dense(input_rows_.data(), inputs_, weights_.first.data(), weights_.first_bias.data(), width_, count, true,
                   first_.data(), latent_segment);
    kernels_.dense(first_rows_.data(), width_, weights_.second.data(), weights_.second_bias.data(), width_, count, true,
                   second_.data(), latent_segment);
    hidden_ = first_;
    kernels_.add(second_.data(), second_.size(), hidden_.data());
    kernels_.dense(last_rows_.data(), width_ + inputs_, weights_.last.data(), level_bias_, 2, count, false, out_.data(),
                   latent_segment);
  }

  void backward(int row, int column, std::size_t count) {
    WeightSums& sums = band_.sums;
    std::fill(input_gradient_.begin(), input_gradient_.end(), 0.0f);
    std::fill(hidden_gradient_.begin(), hidden_gradient_.end(), 0.0f);
    kernels_.outer(out_gradient_.data(), latent_segment, 2, last_rows_.data(), width_ + inputs_, count,
                   sums.last.data());
    kernels_.add_bias(out_gradient_.data(), latent_segment, 2, count, sums.last_bias.data());
    kernels_.dense_back(out_gradient_.data(), latent_segment, 2, weights_.last.data(), width_ + inputs_, count,
                        last_gradient_rows_.data());
    second_gradient_ = hidden_gradient_;
    kernels_.relu_back(second_.data(), second_.size(), second_gradient_.data());
    kernels_.outer(second_gradient_.data(), latent_segment, width_, first_rows_.data(), width_, count,
                   sums.second.data());
    kernels_.add_bias(second_gradient_.data(), latent_segment, width_, count, sums.second_bias.data());
    first_gradient_ = hidden_gradient_;
    kernels_.dense_back(second_gradient_.data(), latent_segment, width_, weights_.second.data(), width_, count,
                        first_gradient_rows_.data());
    kernels_.relu_back(first_.data(), first_.size(), first_gradient_.data());
    kernels_.outer(first_gradient_.data(), latent_segment, width_, input_rows_.data(), inputs_, count,
                   sums.first.data());
    kernels_.add_bias(first_gradient_.data(), latent_segment, width_, count, sums.first_bias.data());
    kernels_.dense_back(first_gradient_.data(), latent_segment, width_, weights_.first.data(), inputs_, count,
                        input_gradient_rows_.data());
    visit_inputs([&](std::size_t input, const PaddedGrid* grid, PaddedGrid* gradient, int above, int r, int c) {
      if (grid == nullptr) return;
      kernels_.add(input_gradient_rows_[input], count, gradient->row(row - band_.begin + above + r) + column + c);
    });
    kernels_.add(symbol_gradient_.data(), count,
                 band_.symbol_gradient.row(row - band_.begin + parts_.shape.reach()) + column);
  }

  Parts& parts_;
  EntropyBand& band_;
  const LatentFitKernels& kernels_;
  const KernelWeights::Entropy& weights_;
  std::size_t inputs_, width_;
  float bit_weight_;
  bool has_coarse_;
  int columns_;
  float level_bias_[2];
  std::vector<float> first_, second_, hidden_, out_;
  std::vector<float> first_gradient_, hidden_gradient_, second_gradient_, out_gradient_, input_gradient_,
      symbol_gradient_;
  std::vector<const float*> input_rows_, first_rows_, last_rows_;
  std::vector<float*> input_gradient_rows_, first_gradient_rows_, last_gradient_rows_;
};

}  // namespace

void Parts::count_bits(EntropyBand& band, bool gradients, double weight) {
  BandBits(*this, band, weight).run(gradients);
}

}  // namespace sarinr
