#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sarinr/scene/report_output.h"

namespace sarinr {

/// The number after the slash grows when a name changes its meaning or goes.
inline constexpr const char* report_schema = "sarinr-report/1";

/// A number for people: a few significant digits, counts whole; a dash where there is none.
std::string readable(std::optional<double> value, int digits = 4);

/// The figures that a summary shows of each band, in this order.
const std::vector<std::string>& headline_figures();

/// The last part of a path.
std::string file_name(const std::string& path);

}  // namespace sarinr
