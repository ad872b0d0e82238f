#pragma once

#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr {

/// Every coordinate network that this version knows. One line here and one file beside make a new one.
const std::vector<const Architecture*>& architecture_table();

const Architecture& siren_architecture();
const Architecture& finer_architecture();
const Architecture& gauss_architecture();
const Architecture& pemlp_architecture();
const Architecture& relu_architecture();
const Architecture& wire_architecture();
const Architecture& mfn_fourier_architecture();
const Architecture& mfn_gabor_architecture();
const Architecture& incode_architecture();
const Architecture& sl2a_architecture();

/// Not in the table of coordinate networks.
const Architecture& latent_architecture();

}  // namespace sarinr
