#include "study/registry.h"

namespace sarinr::study {

const std::vector<std::unique_ptr<Study>>& registered() {
  static const std::vector<std::unique_ptr<Study>> all = [] {
    std::vector<std::unique_ptr<Study>> studies;
    studies.push_back(make_activation());
    studies.push_back(make_defaults());
    studies.push_back(make_architectures());
    studies.push_back(make_super_resolution());
    studies.push_back(make_initialisation());
    studies.push_back(make_ntk());
    studies.push_back(make_spectral_bias());
    return studies;
  }();
  return all;
}

}  // namespace sarinr::study
