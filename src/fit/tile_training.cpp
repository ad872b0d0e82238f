#include "fit/tile_training.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "fit/latent_objective.h"

namespace sarinr {

namespace {

constexpr float largest_symbol = 32000;

class CpuTileTraining final : public TileTraining {
 public:
  CpuTileTraining(const LatentShape& shape, LatentTarget target, const LatentFitKernels& kernels)
      : kernels_(kernels), objective_(shape, std::move(target), kernels) {
    for (int i = 0; i < shape.inputs(); ++i) {
      const NodeRange& range = nodes(i / shape.channels);
      first_.emplace_back(range.columns, range.rows);
      second_.emplace_back(range.columns, range.rows);
    }
  }

  const LatentGeometry& geometry() const override { return objective_.geometry(); }

  std::vector<float> latents(int level, int channel) override {
    const NodeRange& range = nodes(level);
    const PaddedGrid& grid = objective_.latents(level, channel);
    std::vector<float> out;
    out.reserve(range.count());
    for (int r = 0; r < range.rows; ++r) out.insert(out.end(), grid.row(r), grid.row(r) + range.columns);
    return out;
  }
  void set_latents(int level, int channel, const std::vector<float>& latents) override {
    const NodeRange& range = nodes(level);
    PaddedGrid& grid = objective_.latents(level, channel);
    auto from = latents.begin();
    for (int r = 0; r < range.rows; ++r, from += range.columns) {
      std::copy(from, from + range.columns, grid.row(r));
    }
  }

  void begin_steps() override {
    for (PaddedGrid& grid : first_) grid.clear();
    for (PaddedGrid& grid : second_) grid.clear();
  }
  void step(const std::vector<float>& weights, const Softening& softening, double lambda,
            const std::vector<AdamStep>& adam, std::vector<float>* gradient) override {
    objective_.differentiate(weights, &softening, lambda, gradient);
    oneapi::tbb::parallel_for(0, shape().inputs(), [&](int i) {
      const int level = i / shape().channels;
      const int channel = i % shape().channels;
      if (!is_active(channel)) return;
      const auto place = static_cast<std::size_t>(i);
      const std::size_t count = padded_count(static_cast<std::size_t>(nodes(level).columns));
      oneapi::tbb::parallel_for(0, nodes(level).rows, [&](int row) {
        kernels_.adam(objective_.gradient(level, channel).row(row), adam[static_cast<std::size_t>(level)], count,
                      objective_.latents(level, channel).row(row), first_[place].row(row), second_[place].row(row));
      });
    });
  }
  void differentiate(const std::vector<float>& weights, double lambda, std::vector<float>& gradient) override {
    objective_.differentiate(weights, nullptr, lambda, &gradient);
  }
  LatentCost measure(const std::vector<float>& weights) override { return objective_.measure(weights, nullptr); }
  std::vector<float> values(const std::vector<float>& weights) override { return objective_.values(weights); }
  void shift_target(int channel, float shift) override { objective_.shift_target(channel, shift); }

 private:
  void use_step(float step) override { objective_.use_step(step); }

  const LatentFitKernels& kernels_;
  LatentObjective objective_;
  std::vector<PaddedGrid> first_, second_;  ///< Adam's moments
};

}  // namespace

void TileTraining::set_step(float step) {
  const float factor = shape().step / step;
  for (int i = 0; i < shape().inputs(); ++i) {
    std::vector<float> grid = latents(i / shape().channels, i % shape().channels);
    for (float& latent : grid) latent *= factor;
    set_latents(i / shape().channels, i % shape().channels, grid);
  }
  use_step(step);
}

void TileTraining::make_whole() {
  for (int i = 0; i < shape().inputs(); ++i) {
    std::vector<float> grid = latents(i / shape().channels, i % shape().channels);
    for (float& latent : grid) latent = std::clamp(std::nearbyint(latent), -largest_symbol, largest_symbol);
    set_latents(i / shape().channels, i % shape().channels, grid);
  }
}

std::unique_ptr<TileTraining> train_on_cpu(const LatentShape& shape, LatentTarget target,
                                           const LatentFitKernels& kernels) {
  return std::make_unique<CpuTileTraining>(shape, std::move(target), kernels);
}

}  // namespace sarinr
