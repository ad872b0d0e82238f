#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sarinr/scene/field_file.h"

namespace sarinr {

/// A place in source pixels, corners at whole numbers.
struct SourcePlace {
  double column = 0;
  double row = 0;
};

/// What one band of a file is at a number of places.
struct SampledBand {
  std::string name;  ///< the band's description, different for each band; "band N" where it has none
  bool is_complex = false;
  std::vector<std::optional<Sample>> values;  ///< in the band's own quantity; nothing where there is no value
};

/// The values of bands (numbers from 1; empty: all) at each place: those of the fields, in the class of the pixel that
/// holds the place. Nothing outside the raster, at places that are nothing, and where the class means no value (nodata,
/// NaN, infinite). Throws an Error for a band that is not there.
std::vector<SampledBand> sample_places(const FieldFile& file, const std::vector<std::optional<SourcePlace>>& places,
                                       const std::vector<int>& bands);

}  // namespace sarinr
