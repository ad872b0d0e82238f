#pragma once

#include <map>
#include <vector>

#include "quality/tile_gathering.h"
#include "sarinr/quality/band_assessment.h"
#include "sarinr/quality/complex.h"
#include "sarinr/quality/edges.h"
#include "sarinr/quality/ratio.h"
#include "sarinr/quality/similarity.h"

namespace sarinr {

/// Errors in the band's domain and in linear values, histograms, classes and tiles.
class ErrorMeasures {
 public:
  ErrorMeasures(const BandModel& model, const ReferenceRange& range, const AssessmentOptions& options);
  void add(const PairRow& row);
  /// Of the reference's values; empty without one.
  std::optional<double> range() const { return range_; }
  TileGathering& tiles() { return tiles_; }
  /// `looks`: nullptr where the band is no backscatter.
  void put(BandReport& report, const LookWindows* looks) const;

 private:
  struct Class {
    ErrorStatistics errors;
    double reference_power = 0;
    double test_power = 0;
  };
  int class_of(double reference) const;
  void put_errors(Figures& figures) const;
  void put_histograms(BandReport& report) const;
  void put_classes(BandReport& report) const;
  BandModel model_;
  std::optional<double> low_;
  std::optional<double> high_;
  std::optional<double> range_;
  std::optional<double> linear_range_;
  HistogramBins bins_;
  double class_origin_ = 0;
  double class_width_ = 5;
  ErrorStatistics errors_;
  ErrorStatistics linear_errors_;
  HistogramPair histogram_;
  std::map<int, Class> classes_;
  double reference_power_ = 0;
  double test_power_ = 0;
  TileGathering tiles_;
  std::vector<int> reference_bins_;
  std::vector<int> test_bins_;
};

/// Looks of the whole band, as papers on image representation give them: texture and edges count too.
class ImageLooks {
 public:
  void add(const PairRow& row);
  void put(BandReport& report) const;

 private:
  Moments reference_power_, test_power_, reference_amplitude_, test_amplitude_;
};

/// Lag correlations and spectra of the speckle of both rasters.
class SpeckleTexture {
 public:
  explicit SpeckleTexture(int width);
  void add(const PairRow& row);
  void put(BandReport& report) const;

 private:
  SpeckleRows reference_rows_;
  SpeckleRows test_rows_;
  LagCorrelation reference_lags_;
  LagCorrelation test_lags_;
  BlockSpectrum spectrum_;
};

void put_looks(const LookWindows& looks, BandReport& report);
/// After put_looks.
void put_ratio(const RatioImage& ratio, BandReport& report);
void put_points(const PointTargets& points, BandReport& report);
void put_agreement(const ComplexAgreement& agreement, BandReport& report);

}  // namespace sarinr
