#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sarinr {

/// What a figure is measured in.
enum class FigureUnit {
  number,
  share,  ///< 0 to 1
  pixels,
  domain,  ///< what errors are measured in: dB of backscatter, else the band's own unit
  linear,  ///< amplitude where the band is amplitude, else power
  decibels,
  radians,
  nats,
  bits,  ///< a pixel
  bytes,
  seconds
};

/// A scalar that reports hold. Names are stable: scripts rely on them.
struct FigureInfo {
  const char* name;
  FigureUnit unit;
  const char* meaning;
};

/// All figures of bands and files, in the order they are written.
std::span<const FigureInfo> figure_table();
/// The entry of that name; nullptr where there is none.
const FigureInfo* find_figure(std::string_view name);

/// Values of figures. A figure that was set without a value is known to be undefined; one that was not set does not
/// apply.
class Figures {
 public:
  /// Throws an internal Error where the table has no such name.
  void set(std::string_view name, std::optional<double> value);
  std::optional<double> get(std::string_view name) const;
  bool has(std::string_view name) const;
  struct Entry {
    const FigureInfo* info;
    std::optional<double> value;
  };
  /// In the order of the table.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// Of each figure the mean over the parts that have it; of counts the sum, of largest errors the largest.
Figures mean_figures(std::span<const Figures* const> parts);

}  // namespace sarinr
