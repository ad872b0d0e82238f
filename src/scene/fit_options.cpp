#include <algorithm>
#include <cctype>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/field/initialisation.h"
#include "sarinr/scene/jobs.h"

namespace sarinr {

namespace {

/// "overlap" as the user knows it.
std::string shown(std::string option, OptionStyle style) {
  if (style == OptionStyle::command_line) return "--" + option;
  std::transform(option.begin(), option.end(), option.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return option;
}

}  // namespace

void choose_start(FitJob& job, std::optional<bool> self_activation) {
  const FitDefaults own = fit_defaults(job.spec.architecture, job.spec.width);
  const bool named = !job.initialisation.empty() && job.initialisation != "siren";
  const bool activated = self_activation.value_or(own.self_activation && !named);
  if (!activated) job.activation.epochs = 0;
  if (job.initialisation.empty()) job.initialisation = activated ? "siren" : own.initialisation;
}

void complete(FitJob& job, OptionStyle style) {
  if (job.spec.parameters.empty()) {
    for (const ParameterInfo& parameter : architecture(job.spec.architecture).parameters()) {
      job.spec.parameters.push_back(static_cast<float>(parameter.value));
    }
  }
  check(job.spec);
  check_initialisation(job.initialisation, job.spec.architecture);
  if (job.overlap % 2 != 0 || job.overlap > job.tile_size / 2) {
    throw Error(shown("overlap", style) + " is " + std::to_string(job.overlap) +
                "; it must be even and at most half the tile size");
  }
  if (job.weight_bits == 1) throw Error(shown("weight-bits", style) + " is 1; it must be 0 or lie between 2 and 16");
  if (job.activation.epochs % 2 != 0) {
    throw Error(shown("activation-epochs", style) + " is " + std::to_string(job.activation.epochs) +
                "; it must be even: its two losses take turns");
  }
  if (job.learning_rate == 0) job.learning_rate = fit_defaults(job.spec.architecture).learning_rate;
  constexpr int wide = 192;
  if (job.activation.learning_rate == 0) job.activation.learning_rate = job.spec.width >= wide ? 1e-3 : 2e-3;
}

}  // namespace sarinr
