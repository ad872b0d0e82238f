#pragma once

#include <string>
#include <vector>

#include "study/workbench.h"

namespace sarinr::study {

/// One departure from SIREN's usual start, or from its self-activation.
struct Ablation {
  std::string group;
  std::string name;
  ActivationOptions activation = {0, 2e-3, 0.2};
  double w0_first = 30;
  double w0_hidden = 30;
  /// Factors on the first, the hidden and the last layer, matrices and biases.
  double first = 1;
  double hidden = 1;
  double last = 1;
  bool activated_norms = false;  ///< other weights, each tensor scaled to the norm that activation gives its own
  int noise_epochs = 0;          ///< of a fit to uniform noise before the image's
};

/// All of them, the usual start and the usual activation first.
std::vector<Ablation> ablations(Size size);

/// First weights of a siren of that width and depth for an image of that size.
FitProblem ablated_problem(const Ablation& ablation, int width, int depth, std::uint64_t seed, const Image& image,
                           Workbench& bench);

}  // namespace sarinr::study
