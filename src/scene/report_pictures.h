#pragma once

#include <string>
#include <vector>

#include "sarinr/scene/report_output.h"

namespace sarinr {

/// Values that a picture shows between its darkest and its brightest colour.
struct Stretch {
  double low = 0;
  double high = 1;
};

/// From the 2 to the 98 % order statistic of the finite values; 0 to 1 where there is none.
Stretch stretch_of(const std::vector<float>& values);
/// Symmetric about 0, out to the 98 % order statistic of the magnitudes.
Stretch symmetric_stretch_of(const std::vector<float>& values);

enum class ColourMap { grey, diverging, sequential };

/// A picture as a data URI. Cells without a value are white in grey pictures, grey in coloured ones.
std::string picture_uri(int width, int height, const std::vector<float>& values, Stretch stretch, ColourMap map,
                        const PngEncoder& encode);

/// The colours from low to high, as a CSS gradient.
std::string gradient(ColourMap map);

}  // namespace sarinr
