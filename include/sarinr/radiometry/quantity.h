#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sarinr {

/// What the numbers of a band are. The numbers are part of the file format.
enum class Quantity : std::uint8_t {
  amplitude = 1,   ///< detected amplitude, linear; DN of ground-range products. Fitted in dB, 20 log10
  power = 2,       ///< detected power (intensity), linear. Fitted in dB, 10 log10
  decibel = 3,     ///< power in decibels. Fitted as it is
  complex = 4,     ///< single-look complex; the field has two outputs, I and Q
  other = 5,       ///< coherence, angles, heights, ...: fitted as it is
  categorical = 6  ///< masks, layover, classes: stored losslessly, without a field
};

/// True for detected backscatter: amplitude, power and decibels, which can be turned into each other and are fitted in
/// decibels.
bool is_detected(Quantity quantity);

/// The name used on the command line and in reports: amplitude, power, db, complex, other, categorical.
std::string_view name(Quantity quantity);
std::optional<Quantity> quantity_from_name(std::string_view name);
/// "amplitude, power, db, complex, other, categorical", for messages.
std::string quantity_names();

}  // namespace sarinr
