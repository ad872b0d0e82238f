#include "sarinr/radiometry/quantity.h"

#include <array>
#include <utility>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

constexpr std::array<std::pair<Quantity, std::string_view>, 6> quantities{{
    {Quantity::amplitude, "amplitude"},
    {Quantity::power, "power"},
    {Quantity::decibel, "db"},
    {Quantity::complex, "complex"},
    {Quantity::other, "other"},
    {Quantity::categorical, "categorical"},
}};

}  // namespace

bool is_detected(Quantity quantity) {
  return quantity == Quantity::amplitude || quantity == Quantity::power || quantity == Quantity::decibel;
}

std::string_view name(Quantity quantity) {
  for (const auto& [candidate, text] : quantities) {
    if (candidate == quantity) return text;
  }
  throw Error("a quantity has an unknown number", ErrorKind::internal);
}

std::optional<Quantity> quantity_from_name(std::string_view name) {
  for (const auto& [candidate, text] : quantities) {
    if (text == name) return candidate;
  }
  return std::nullopt;
}

std::string quantity_names() {
  std::string list;
  for (const auto& [candidate, text] : quantities) {
    if (!list.empty()) list += ", ";
    list += text;
  }
  return list;
}

}  // namespace sarinr
