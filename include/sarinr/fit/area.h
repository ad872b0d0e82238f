#pragma once

#include "sarinr/fit/engine.h"

namespace sarinr {

/// What a pixel says of the field, where it is an average over its area (a multilooked or decimated raster), and what
/// is asked of the field between pixels.
struct AreaOptions {
  int samples = 2;  ///< of the field along each side of a pixel, 1 to 16: also how much finer the fitted grid is
  /// Natural logarithm of power per normalised unit (ln(10) / 10 times the decibels of a unit): a pixel is the
  /// logarithm of the mean power of its samples. 0: the mean of their values.
  double power_exponent = 0;
  /// Of the mean over the samples of (du/dx)^2 + (du/dy)^2, and of (d2u/dx2)^2 + 2 (d2u/dxdy)^2 + (d2u/dy2)^2, u in
  /// normalised units, coordinates in samples: added to the mean square error over the pixels.
  double slope_weight = 0;
  double curvature_weight = 0;
  int epochs = 400;             ///< full-batch Adam steps
  double learning_rate = 2e-3;  ///< decays to 0 by half a cosine over the epochs
};

/// Throws an Error naming the first number of `options` out of its range.
void check(const AreaOptions& options);

/// Fits a field to the areas of a tile's pixels. The problem's grid is that of the samples, tile.width * samples by
/// tile.height * samples, so that the field's values at its pixel centres are the tile at the finer resolution. Losses
/// are the mean square error over valid pixels plus the penalties. Runs on the processor in floats, on the threads of
/// the task arena that calls; the result does not depend on how many they are. Throws an Error where the grid is
/// another, where the tile has several channels or no valid pixel, and where the fit diverges.
TileFit fit_areas(const FitProblem& problem, const NormalisedTile& tile, const AreaOptions& options,
                  const StepCallback& step);

}  // namespace sarinr
