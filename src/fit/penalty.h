#pragma once

#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {

/// Adds the derivatives of what a fit of the architecture minimises beside the mean square error. INCODE's is
/// 0.1993 max(-a, 0) + 0.0196 max(-b, 0) + 0.0588 max(-c, 0) + 0.0269 max(-d, 0) of its four numbers (Kazerouni et al.
/// 2024); the others have none.
void add_penalty_gradient(const FieldSpec& spec, const std::vector<float>& weights, std::vector<float>& gradient);

}  // namespace sarinr
