#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sarinr/geo/fit_file.h"

namespace sarinr::cli {

/// What a fit came to, as --json prints it.
nlohmann::json outcome_json(const std::string& output, const RasterInfo& info, const geo::FitOutcome& outcome,
                            double seconds);

/// The same in a line for people.
std::string outcome_line(const std::string& output, const RasterInfo& info, const geo::FitOutcome& outcome,
                         double seconds);

}  // namespace sarinr::cli
