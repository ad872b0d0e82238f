#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sarinr/base/extent.h"
#include "sarinr/quality/figures.h"
#include "sarinr/quality/histogram.h"
#include "sarinr/quality/looks.h"
#include "sarinr/quality/points.h"
#include "sarinr/quality/quicklook.h"
#include "sarinr/quality/texture.h"
#include "sarinr/radiometry/band.h"

namespace sarinr {

/// Errors of the pixels whose reference lies between two values.
struct ClassErrors {
  double low = 0;
  double high = 0;
  Figures figures;  ///< pixels_compared, rmse, mae, bias, power_bias
};

/// One tile of one band.
struct TileErrors {
  int tile = 0;
  Extent extent;
  Figures figures;
};

/// Correlations at lags 1 to 8.
struct LagTable {
  std::vector<std::optional<double>> rows;
  std::vector<std::optional<double>> columns;
};

/// All that is said of one band.
struct BandReport {
  std::string name;
  BandModel model;
  Figures figures;
  std::vector<double> histogram_edges;
  Counts histogram_reference;
  Counts histogram_test;
  std::vector<ClassErrors> classes;
  LagTable ratio_lags;
  LagTable reference_lags;
  LagTable test_lags;
  std::uint64_t spectrum_blocks = 0;
  std::optional<BlockSpectrum::Spectrum> reference_spectrum;
  std::optional<BlockSpectrum::Spectrum> test_spectrum;
  int window_size = 0;
  std::vector<LookWindow> windows;
  std::vector<std::size_t> homogeneous;  ///< indices of the windows that were chosen
  std::vector<PointTarget> points;
  std::vector<TileErrors> tiles;
  Quicklook quicklook;
};

/// True where the numbers are backscatter, whose errors are measured in decibels.
bool is_backscatter(Quantity quantity);
/// "dB" or "value": what FigureUnit::domain means in a band.
std::string domain_name(Quantity quantity);
/// "amplitude" or "power": what FigureUnit::linear means; empty where the band is no backscatter.
std::string linear_name(Quantity quantity);

}  // namespace sarinr
