#include "sarinr/field/initialisation.h"

#include <algorithm>
#include <cmath>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// What a tensor is multiplied with.
double factor(const FieldSpec& spec, const TensorInfo& tensor, const std::string& initialisation) {
  if (initialisation == "wide-first") return tensor.name == "weight0" ? 2 * std::sqrt(3.0) : 1;
  if (tensor.name == "modulation") return 1;
  const std::string last = std::to_string(spec.depth + 1);
  return tensor.name == "weight" + last || tensor.name == "bias" + last ? 0.5 : 1.5;
}

}  // namespace

std::vector<std::string> initialisation_names() { return {"siren", "wide-first", "scaled"}; }

bool has_initialisation(const std::string& architecture, const std::string& initialisation) {
  return initialisation == "siren" || architecture == "siren" || architecture == "finer" || architecture == "incode";
}

void check_initialisation(const std::string& initialisation, const std::string& architecture) {
  const std::vector<std::string> names = initialisation_names();
  if (std::find(names.begin(), names.end(), initialisation) == names.end()) {
    throw Error("unknown initialisation '" + initialisation +
                "': the initialisations are siren (the architecture's own), wide-first and scaled");
  }
  if (!has_initialisation(architecture, initialisation)) {
    throw Error("the initialisation " + initialisation + " is for siren, finer and incode, not " + architecture +
                ": leave it out");
  }
}

std::vector<float> initial_weights(const FieldSpec& spec, const std::string& initialisation, std::uint64_t seed) {
  check_initialisation(initialisation, spec.architecture);
  const Architecture& kind = architecture(spec.architecture);
  std::vector<float> weights = kind.initialise(spec, seed);
  if (initialisation == "siren") return weights;
  for (const TensorInfo& tensor : kind.tensors(spec)) {
    const double scale = factor(spec, tensor, initialisation);
    for (std::size_t k = tensor.offset; k < tensor.offset + tensor.size(); ++k) {
      weights[k] = static_cast<float>(scale * static_cast<double>(weights[k]));
    }
  }
  return weights;
}

}  // namespace sarinr
