#pragma once

#include <vector>

#include "sarinr/fit/engine.h"

namespace sarinr::study {

/// The empirical neural tangent kernel (Jacot et al. 2018) of a network's first output on `count` points that lie
/// evenly along the middle row of [-1, 1] squared: Theta_ij = <df(x_i)/dweights, df(x_j)/dweights>, row by row.
std::vector<float> tangent_kernel(const FieldSpec& spec, const std::vector<float>& weights, int count);

/// What is said of a symmetric matrix without negative eigenvalues.
struct KernelFigures {
  double diagonal_dominance = 0;    ///< mean over rows of Theta_ii / sum over j != i of abs(Theta_ij)
  double correlation = 0;           ///< mean over i != j of abs(Theta_ij) / sqrt(Theta_ii Theta_jj)
  double effective_rank = 0;        ///< (sum of eigenvalues)^2 / sum of their squares
  std::vector<double> eigenvalues;  ///< descending
};
KernelFigures kernel_figures(const std::vector<float>& kernel, int count);

/// G, the mean over interior pixels of sqrt(Gx^2 + Gy^2 + 1e-12) of the first output over the problem's grid, Gx and Gy
/// the unnormalised 3x3 Sobel responses (Han and Zhang 2024; docs/metrics.md).
double output_contrast(const FitProblem& problem, const std::vector<float>& weights);

}  // namespace sarinr::study
