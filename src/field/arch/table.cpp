#include "field/arch/table.h"

namespace sarinr {

const std::vector<const Architecture*>& architecture_table() {
  static const std::vector<const Architecture*> table = {
      &siren_architecture(),  &finer_architecture(), &gauss_architecture(),       &pemlp_architecture(),
      &relu_architecture(),   &wire_architecture(),  &mfn_fourier_architecture(), &mfn_gabor_architecture(),
      &incode_architecture(), &sl2a_architecture()};
  return table;
}

}  // namespace sarinr
