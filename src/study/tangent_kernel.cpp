#include "study/tangent_kernel.h"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "field/layer_kernels.h"
#include "fit/network_gradient.h"
#include "sarinr/base/error.h"

namespace sarinr::study {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A row a point: the gradient of the first output by all weights. A pass over a block of pixels of which one alone has
/// an output gradient gives that pixel's row.
Matrix jacobian(const FieldSpec& spec, const std::vector<float>& weights, int count) {
  const auto pass = make_gradient(spec, layer_kernels(), nullptr);
  if (pass == nullptr) {
    throw Error("the tangent kernel of architecture '" + spec.architecture + "' is not known", ErrorKind::internal);
  }
  pass->set_weights(weights.data());
  const std::size_t stride = pass->output_stride();
  const AlignedFloats inputs = aligned_zeros(block_pixels * pass->inputs());
  const AlignedFloats gradients = aligned_zeros(block_pixels * stride);
  const AlignedFloats sums = aligned_zeros(pass->sums_size());
  const auto work = pass->workspace();
  Matrix rows(count, static_cast<Eigen::Index>(weights.size()));
  for (int i = 0; i < count; ++i) {
    const std::size_t place = static_cast<std::size_t>(i) % block_pixels;
    if (place == 0) {
      for (std::size_t k = 0; k < block_pixels; ++k) {
        const double x = (2.0 * (i + static_cast<double>(k)) + 1) / count - 1;
        pass->encode(static_cast<float>(x), 0, inputs.get() + k * pass->inputs());
      }
    }
    pass->forward(inputs.get(), *work);
    gradients[place * stride] = 1;
    std::fill(sums.get(), sums.get() + pass->sums_size(), 0.0f);
    pass->backward(inputs.get(), gradients.get(), *work, sums.get());
    gradients[place * stride] = 0;
    pass->gather(sums.get(), rows.row(i).data());
  }
  return rows;
}

}  // namespace

std::vector<float> tangent_kernel(const FieldSpec& spec, const std::vector<float>& weights, int count) {
  const Matrix rows = jacobian(spec, weights, count);
  std::vector<float> kernel(static_cast<std::size_t>(count) * static_cast<std::size_t>(count));
  Eigen::Map<Matrix>(kernel.data(), count, count).noalias() = rows * rows.transpose();
  return kernel;
}

KernelFigures kernel_figures(const std::vector<float>& kernel, int count) {
  const Eigen::MatrixXd theta = Eigen::Map<const Matrix>(kernel.data(), count, count).cast<double>();
  KernelFigures out;
  for (int i = 0; i < count; ++i) {
    const double others = theta.row(i).cwiseAbs().sum() - std::abs(theta(i, i));
    out.diagonal_dominance += theta(i, i) / others / count;
    for (int j = 0; j < count; ++j) {
      if (j != i) out.correlation += std::abs(theta(i, j)) / std::sqrt(theta(i, i) * theta(j, j));
    }
  }
  out.correlation /= static_cast<double>(count) * (count - 1);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(theta, Eigen::EigenvaluesOnly);
  const Eigen::VectorXd values = solver.eigenvalues().reverse();
  out.eigenvalues.assign(values.data(), values.data() + values.size());
  out.effective_rank = values.sum() * values.sum() / values.squaredNorm();
  return out;
}

double output_contrast(const FitProblem& problem, const std::vector<float>& weights) {
  const NormalisedTile grid{
      problem.grid_width,
      problem.grid_height,
      std::vector<float>(static_cast<std::size_t>(problem.grid_width) * static_cast<std::size_t>(problem.grid_height) *
                         static_cast<std::size_t>(problem.spec.outputs)),
      {}};
  const std::vector<float> image = evaluate_tile(problem, grid, weights);
  const auto at = [&](int x, int y) {
    return static_cast<double>(image[static_cast<std::size_t>(y * grid.width + x)]);
  };
  double sum = 0;
  for (int y = 1; y + 1 < grid.height; ++y) {
    for (int x = 1; x + 1 < grid.width; ++x) {
      const double gx = at(x + 1, y - 1) + 2 * at(x + 1, y) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2 * at(x - 1, y) -
                        at(x - 1, y + 1);
      const double gy = at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2 * at(x, y - 1) -
                        at(x + 1, y - 1);
      sum += std::sqrt(gx * gx + gy * gy + 1e-12);
    }
  }
  return sum / (static_cast<double>(grid.width - 2) * (grid.height - 2));
}

}  // namespace sarinr::study
