#pragma once

#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {

/// Every architecture that this version knows. One line here and one file beside make a new one.
const std::vector<const Architecture*>& architecture_table();

const Architecture& siren_architecture();

}  // namespace sarinr
