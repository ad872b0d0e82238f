#pragma once

#include <string>

#include "sarinr/scene/report_output.h"

namespace sarinr {

/// Every figure of every band, one a row, with what it means.
std::string figures_table(const Report& report);
/// The tiles of a band, the worst first.
std::string tiles_table(const BandReport& band);
/// The points of a band.
std::string points_table(const BandReport& band);
/// One line a report.
std::string batch_table(std::span<const Report> reports);

}  // namespace sarinr
