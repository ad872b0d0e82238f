#pragma once

#include <vector>

#include "sarinr/render/renderer.h"

namespace sarinr {

/// The terms of the blended fields, [channel][point], in fit-domain units per source pixel. Channels that no field
/// knows stay 0. `order` 1 leaves the second derivatives 0.
std::vector<std::vector<FieldTerms>> blend_terms(const FieldLayout& layout, const FieldSource& fields, int order,
                                                 const std::vector<double>& x, const std::vector<double>& y);

}  // namespace sarinr
