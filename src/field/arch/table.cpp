#include "field/arch/table.h"

namespace sarinr {

const std::vector<const Architecture*>& architecture_table() {
  static const std::vector<const Architecture*> table = {
      &siren_architecture(), &finer_architecture(), &gauss_architecture(), &pemlp_architecture(), &relu_architecture()};
  return table;
}

}  // namespace sarinr
