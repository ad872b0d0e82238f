#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {

/// Ways to draw first weights. "siren": the architecture's own (Architecture::initialise), which every one has. For
/// siren, finer and incode also "wide-first": the first matrix U(+-sqrt(6/fan_in)), as the others before their division
/// by w0; and "scaled": the first and the hidden layers' matrices and biases times 1.5, the last one's times 0.5, which
/// is most of what self-activation makes of them (docs/fit.md).
std::vector<std::string> initialisation_names();

bool has_initialisation(const std::string& architecture, const std::string& initialisation);

/// Throws an Error where there is no initialisation of that name, or the architecture does not have it.
void check_initialisation(const std::string& initialisation, const std::string& architecture);

/// Fresh weights; the same for the same spec, initialisation and seed on every machine.
std::vector<float> initial_weights(const FieldSpec& spec, const std::string& initialisation, std::uint64_t seed);

}  // namespace sarinr
