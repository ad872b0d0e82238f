#include "study/registry.h"

namespace sarinr::study {

const std::vector<std::unique_ptr<Study>>& registered() {
  static const std::vector<std::unique_ptr<Study>> all = [] {
    std::vector<std::unique_ptr<Study>> studies;
    studies.push_back(make_defaults());
    return studies;
  }();
  return all;
}

}  // namespace sarinr::study
