#include "render/speckle_nodes.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "sarinr/base/random.h"

namespace sarinr {

namespace {

/// 16 MB of patches.
constexpr std::size_t kept_patches = 1024;
constexpr double unit = 127;

/// The kernel whose square in frequency is the spectrum of the correlations: on a torus of 32 x 32 nodes, which is
/// large beside lags of 2. Frequencies that no process has (a cut-off correlation can ask for them) are left out.
std::vector<double> kernel_of(const SpeckleChannel& channel, int reach) {
  constexpr int size = 32;
  const auto cosine = [](int phase) { return std::cos(2 * std::numbers::pi * (phase % size) / size); };
  std::vector<double> amplitude(static_cast<std::size_t>(size) * size);
  for (int v = 0; v < size; ++v) {
    for (int u = 0; u < size; ++u) {
      double power = 1;
      for (std::size_t i = 0; i < speckle_lags.size(); ++i) {
        power += 2 * channel.correlations[i] / unit * cosine(u * speckle_lags[i].x + v * speckle_lags[i].y);
      }
      amplitude[static_cast<std::size_t>(v * size + u)] = std::sqrt(std::max(power, 0.0));
    }
  }
  std::vector<double> kernel;
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      double sum = 0;
      for (int v = 0; v < size; ++v) {
        for (int u = 0; u < size; ++u) sum += amplitude[static_cast<std::size_t>(v * size + u)] * cosine(u * x + v * y);
      }
      kernel.push_back(sum);
    }
  }
  const double norm = std::sqrt(std::inner_product(kernel.begin(), kernel.end(), kernel.begin(), 0.0));
  for (double& weight : kernel) weight = norm > 0 ? weight / norm : 0;
  if (norm <= 0) kernel[kernel.size() / 2] = 1;
  return kernel;
}

std::vector<double> correlations_of(const std::vector<double>& kernel, int size) {
  std::vector<double> correlations;
  for (int dy = -3; dy <= 3; ++dy) {
    for (int dx = -3; dx <= 3; ++dx) {
      double sum = 0;
      for (int y = std::max(0, -dy); y < std::min(size, size - dy); ++y) {
        for (int x = std::max(0, -dx); x < std::min(size, size - dx); ++x) {
          sum += kernel[static_cast<std::size_t>(y * size + x)] *
                 kernel[static_cast<std::size_t>((y + dy) * size + x + dx)];
        }
      }
      correlations.push_back(sum);
    }
  }
  return correlations;
}

/// Box and Muller's transform of 64 bits.
double normal(std::uint64_t bits) {
  const double radius = std::sqrt(-2 * std::log((static_cast<double>(bits >> 32) + 1) * 0x1.0p-32));
  return radius * std::cos(2 * std::numbers::pi * static_cast<double>(bits & 0xFFFFFFFFu) * 0x1.0p-32);
}

int floor_divide(int value, int divisor) { return (value >= 0 ? value : value - divisor + 1) / divisor; }

}  // namespace

SpeckleNodes::SpeckleNodes(const SpeckleModel& model, std::uint64_t seed) : seed_(seed), patches_(kept_patches) {
  for (const SpeckleChannel& channel : model.channels) {
    kernels_.push_back(kernel_of(channel, reach));
    correlations_.push_back(correlations_of(kernels_.back(), kernel_size));
    correlations_.back()[24] = 1;  // to the last bit, so that a point at a node is the node
  }
  mix(model);
}

/// Cholesky's factor of the correlations between channels. Kernels that differ weaken them by their product, which is
/// made up for as far as it goes.
void SpeckleNodes::mix(const SpeckleModel& model) {
  std::size_t pair = 0;
  for (std::size_t a = 0; a < kernels_.size(); ++a) {
    std::vector<double> row(a + 1);
    double left = 1;
    for (std::size_t b = 0; b < a; ++b, ++pair) {
      const double product = std::inner_product(kernels_[a].begin(), kernels_[a].end(), kernels_[b].begin(), 0.0);
      const double wanted = model.between[pair] / unit / std::max(product, 0.1);
      double sum = std::clamp(wanted, -0.98, 0.98);
      for (std::size_t d = 0; d < b; ++d) sum -= row[d] * mixtures_[b][d];
      row[b] = sum / mixtures_[b][b];
      left -= row[b] * row[b];
    }
    row[a] = std::sqrt(std::max(left, 0.01));
    const double norm = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
    for (double& share : row) share /= norm;
    mixtures_.push_back(std::move(row));
  }
}

/// The white noise of a patch and its margin, whose first node is (x, y).
std::vector<double> SpeckleNodes::white(int channel, int x, int y) const {
  constexpr int size = patch_size + 2 * reach;
  std::vector<double> noise(static_cast<std::size_t>(size) * size);
  const std::vector<double>& mixture = mixtures_[static_cast<std::size_t>(channel)];
  for (std::size_t source = 0; source < mixture.size(); ++source) {
    if (mixture[source] == 0) continue;
    const std::uint64_t key = mix64(seed_ ^ mix64(source));
    std::size_t i = 0;
    for (int row = y; row < y + size; ++row) {
      const std::uint64_t line = mix64(key + static_cast<std::uint64_t>(std::int64_t{row}));
      for (int column = x; column < x + size; ++column, ++i) {
        noise[i] += mixture[source] * normal(mix64(line + static_cast<std::uint64_t>(std::int64_t{column})));
      }
    }
  }
  return noise;
}

std::shared_ptr<const SpeckleNodes::Patch> SpeckleNodes::patch(int channel, int column, int row) const {
  return patches_.get({channel, column, row}, [&] {
    constexpr std::size_t size = patch_size + 2 * reach;
    const std::vector<double> noise = white(channel, column * patch_size - reach, row * patch_size - reach);
    const std::vector<double>& kernel = kernels_[static_cast<std::size_t>(channel)];
    auto values = std::make_shared<Patch>();
    values->reserve(std::size_t{patch_size} * patch_size);
    std::vector<double> line(patch_size);
    for (std::size_t y = 0; y < patch_size; ++y) {
      std::fill(line.begin(), line.end(), 0);
      for (std::size_t v = 0; v < kernel_size; ++v) {
        for (std::size_t u = 0; u < kernel_size; ++u) {
          const double weight = kernel[v * kernel_size + u];
          const double* from = &noise[(y + v) * size + u];
          for (std::size_t x = 0; x < patch_size; ++x) line[x] += weight * from[x];
        }
      }
      for (const double value : line) values->push_back(static_cast<float>(value));
    }
    return values;
  });
}

void SpeckleNodes::fill(int channel, const Extent& window, double* out) const {
  const int last_column = floor_divide(window.x + window.width - 1, patch_size);
  const int last_row = floor_divide(window.y + window.height - 1, patch_size);
  for (int row = floor_divide(window.y, patch_size); row <= last_row; ++row) {
    for (int column = floor_divide(window.x, patch_size); column <= last_column; ++column) {
      const std::shared_ptr<const Patch> values = patch(channel, column, row);
      const Extent part = intersection(window, {column * patch_size, row * patch_size, patch_size, patch_size});
      for (int y = part.y; y < part.y + part.height; ++y) {
        const auto from = values->begin() + (y - row * patch_size) * patch_size + (part.x - column * patch_size);
        const std::ptrdiff_t to = static_cast<std::ptrdiff_t>(y - window.y) * window.width + (part.x - window.x);
        std::copy_n(from, part.width, out + to);
      }
    }
  }
}

}  // namespace sarinr
