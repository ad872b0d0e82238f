#pragma once

#include <algorithm>
#include <string>

#include "sarinr/base/error.h"
#include "study/workbench.h"

namespace sarinr::study {

/// A network and how it begins, by the name that a study's cells have.
struct Variant {
  const char* name;
  const char* architecture;
  const char* initialisation;
  int activation_epochs;
};

template <class Variants>
const Variant& variant_named(const Variants& variants, const std::string& name) {
  const auto found =
      std::find_if(variants.begin(), variants.end(), [&](const Variant& variant) { return name == variant.name; });
  if (found == variants.end()) throw Error("a study asks for the variant " + name, ErrorKind::internal);
  return *found;
}

/// The variant at the cell's width and seed.
inline FitSetting setting_of(const Json& cell, const Variant& variant, int depth) {
  FitSetting setting;
  setting.spec = spec_of(variant.architecture, cell.at("width"), depth);
  setting.initialisation = variant.initialisation;
  setting.seed = cell.at("seed");
  setting.activation.epochs = variant.activation_epochs;
  return setting;
}

}  // namespace sarinr::study
