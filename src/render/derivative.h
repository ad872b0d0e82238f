#pragma once

#include <string>

#include "render/averaging.h"
#include "render/footprint.h"
#include "sarinr/render/target.h"

namespace sarinr {

/// The band that a derivative gives: Float32 (CFloat32 for a component of a complex one) with NaN for what has none.
/// Throws an Error naming `label` where the band has no field.
BandModel derivative_band(const BandConversion& band, Derivative derivative, const std::string& label);

/// 1 or 2.
int derivative_order(Derivative derivative);

/// Metres (or pixels) that a step of one target column or row goes along the target's x and y.
struct PixelStep {
  double column = 1;
  double row = 1;
};

/// The derivative of the band, in the quantity asked for, from the terms of its channels (one, or I and Q) at the
/// footprint's centre. The class is `not_a_number` where it has none: zeros, and power that is not positive.
ClassifiedSample derivative_of(const BandConversion& band, Derivative derivative, const FieldTerms* channels,
                               PixelClass pixel_class, const Footprint& footprint, const PixelStep& step);

}  // namespace sarinr
