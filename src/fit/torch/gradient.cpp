#include "gradient.h"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/autograd.h>
#include <torch/nn/functional/conv.h>

namespace sarinr::torch_engine {

namespace {

/// Pixels a chunk on the CPU: activations of a layer of width 64 then take 512 kB, about a second-level cache.
constexpr std::int64_t cpu_chunk = 2048;

at::Tensor grid_points(int width, int height) {
  const at::Tensor x = (at::arange(width, at::kDouble) * 2 + 1) / width - 1;
  const at::Tensor y = (at::arange(height, at::kDouble) * 2 + 1) / height - 1;
  const at::Tensor columns = x.unsqueeze(0).expand({height, width}).reshape({-1});
  const at::Tensor rows = y.unsqueeze(1).expand({height, width}).reshape({-1});
  return at::stack({columns, rows}, 1).to(at::kFloat);
}

}  // namespace

GradientPass::GradientPass(const Network& network, const FitProblem& problem, at::Device device)
    : network_(network),
      width_(problem.grid_width),
      height_(problem.grid_height),
      outputs_(problem.spec.outputs),
      device_(device),
      points_(grid_points(problem.grid_width, problem.grid_height).to(device)),
      chunk_(device.is_cuda() ? points_.size(0) : cpu_chunk) {}

template <class Work>
void GradientPass::for_chunks(const Work& work) const {
  const std::int64_t points = points_.size(0);
  const std::int64_t chunks = (points + chunk_ - 1) / chunk_;
  const auto range = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(i, i * chunk_, std::min(chunk_, points - i * chunk_));
  };
  if (chunks > 1 && !at::in_parallel_region()) {
    at::parallel_for(0, chunks, 1, range);
  } else {
    range(0, chunks);
  }
}

std::vector<at::Tensor> GradientPass::sum_in_order(const std::vector<std::vector<at::Tensor>>& parts) const {
  std::vector<at::Tensor> sums = parts.front();
  for (std::size_t part = 1; part < parts.size(); ++part) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add_(parts[part][i]);
  }
  return sums;
}

Targets GradientPass::targets(const std::vector<NormalisedTile>& tiles, std::int64_t begin, std::int64_t end) const {
  const std::int64_t count = end - begin;
  at::Tensor values = at::zeros({count, height_, width_, outputs_}, at::kFloat);
  at::Tensor weights = at::zeros({count, height_, width_, outputs_}, at::kFloat);
  for (std::int64_t i = 0; i < count; ++i) {
    const NormalisedTile& tile = tiles[static_cast<std::size_t>(begin + i)];
    const std::vector<std::int64_t> shape = {outputs_, tile.height, tile.width};
    const at::Tensor value = at::from_blob(const_cast<float*>(tile.values.data()), shape, at::kFloat);
    const at::Tensor valid =
        at::from_blob(const_cast<std::uint8_t*>(tile.valid.data()), shape, at::kByte).to(at::kFloat);
    const at::Tensor counts = valid.sum({1, 2}, true).clamp_min(1);
    const auto part = [&](at::Tensor& whole) { return whole[i].narrow(0, 0, tile.height).narrow(1, 0, tile.width); };
    part(values).copy_(value.permute({1, 2, 0}));
    part(weights).copy_((valid / counts).permute({1, 2, 0}));
  }
  const std::vector<std::int64_t> flat = {count, points_.size(0), outputs_};
  return {values.reshape(flat).to(device_), weights.reshape(flat).to(device_)};
}

MeanSquare GradientPass::mean_square(const std::vector<at::Tensor>& leaves, const Targets& targets) const {
  const std::size_t chunks = static_cast<std::size_t>((points_.size(0) + chunk_ - 1) / chunk_);
  std::vector<std::vector<at::Tensor>> parts(chunks);
  for_chunks([&](std::int64_t chunk, std::int64_t first, std::int64_t size) {
    const c10::AutoGradMode gradients(true);
    const at::Tensor output = network_.forward(leaves, points_.narrow(0, first, size));
    const at::Tensor error = output.detach() - targets.values.narrow(1, first, size);
    const at::Tensor weighted = error * targets.weights.narrow(1, first, size);
    const at::Tensor loss = (weighted * error).sum(1);
    std::vector<at::Tensor> part =
        torch::autograd::grad({output}, leaves, {weighted * (2.0 / static_cast<double>(outputs_))});
    part.push_back(loss);
    parts[static_cast<std::size_t>(chunk)] = std::move(part);
  });
  MeanSquare result;
  result.gradients = sum_in_order(parts);
  result.loss = result.gradients.back();
  result.gradients.pop_back();
  network_.add_penalty_gradients(leaves, result.gradients);
  return result;
}

std::vector<at::Tensor> GradientPass::contrast(const std::vector<at::Tensor>& leaves, double factor) const {
  // The image's own gradient first, from an output without history; then one pass back through the network per chunk.
  at::Tensor image = at::empty({points_.size(0), outputs_}, points_.options());
  for_chunks([&](std::int64_t, std::int64_t first, std::int64_t size) {
    const c10::NoGradGuard no_history;
    image.narrow(0, first, size).copy_(network_.forward(leaves, points_.narrow(0, first, size))[0]);
  });
  const c10::AutoGradMode gradients(true);
  image.requires_grad_();
  const at::Tensor planes = image.t().reshape({outputs_, 1, height_, width_});
  const at::Tensor sobel_x =
      at::tensor({-1.f, 0.f, 1.f, -2.f, 0.f, 2.f, -1.f, 0.f, 1.f}).reshape({1, 1, 3, 3}).to(device_);
  const at::Tensor gx = at::conv2d(planes, sobel_x);
  const at::Tensor gy = at::conv2d(planes, sobel_x.transpose(2, 3).contiguous());
  const at::Tensor loss = (gx * gx + gy * gy + 1e-12).sqrt().mean() * factor;
  const at::Tensor slope = torch::autograd::grad({loss}, {image})[0];

  const std::size_t chunks = static_cast<std::size_t>((points_.size(0) + chunk_ - 1) / chunk_);
  std::vector<std::vector<at::Tensor>> parts(chunks);
  for_chunks([&](std::int64_t chunk, std::int64_t first, std::int64_t size) {
    const c10::AutoGradMode with_history(true);
    const at::Tensor output = network_.forward(leaves, points_.narrow(0, first, size));
    parts[static_cast<std::size_t>(chunk)] =
        torch::autograd::grad({output}, leaves, {slope.narrow(0, first, size).unsqueeze(0)});
  });
  return sum_in_order(parts);
}

}  // namespace sarinr::torch_engine
