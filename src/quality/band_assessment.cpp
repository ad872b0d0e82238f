#include "sarinr/quality/band_assessment.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "quality/band_figures.h"
#include "quality/tile_gathering.h"
#include "sarinr/base/error.h"

namespace sarinr {

bool is_backscatter(Quantity quantity) { return is_detected(quantity) || quantity == Quantity::complex; }

std::string domain_name(Quantity quantity) { return is_backscatter(quantity) ? "dB" : "value"; }

std::string linear_name(Quantity quantity) {
  if (!is_backscatter(quantity)) return "";
  return quantity == Quantity::amplitude ? "amplitude" : "power";
}

void ReferenceRange::add_linear(double value) {
  linear_low = std::min(value, linear_low.value_or(value));
  linear_high = std::max(value, linear_high.value_or(value));
}

struct BandAssessment::State {
  State(const BandModel& band_model, const ReferenceRange& range, const AssessmentOptions& assessment)
      : model(band_model),
        errors(model, range, assessment),
        similarity(assessment.width, errors.range().value_or(0)),
        looks(assessment.width, assessment.window_size),
        texture(assessment.width),
        quicklook(assessment.width, assessment.height, assessment.quicklook, is_backscatter(model.quantity)) {
    parts.emplace_back([this](const PairRow& row) { errors.add(row); });
    parts.emplace_back([this](const PairRow& row) {
      similarity.add(row, [this](int y, std::span<const double> values) { errors.tiles().add_similarity(y, values); });
    });
    parts.emplace_back([this](const PairRow& row) {
      edges.add(row);
      quicklook.add(row);
    });
    if (!is_backscatter(model.quantity)) return;
    parts.emplace_back([this](const PairRow& row) {
      looks.add(row);
      image_looks.add(row);
    });
    parts.emplace_back([this](const PairRow& row) { ratio.add(row); });
    parts.emplace_back([this](const PairRow& row) { texture.add(row); });
    parts.emplace_back([this](const PairRow& row) {
      points.add(row);
      agreement.add(row);
    });
  }

  BandModel model;
  ErrorMeasures errors;
  StructuralSimilarity similarity;
  LookWindows looks;
  ImageLooks image_looks;
  RatioImage ratio;
  SpeckleTexture texture;
  EdgePreservation edges;
  PointTargets points;
  ComplexAgreement agreement;
  QuicklookMaker quicklook;
  std::vector<std::function<void(const PairRow&)>> parts;
};

BandAssessment::BandAssessment(const BandModel& model, const ReferenceRange& range, const AssessmentOptions& options)
    : state_(std::make_unique<State>(model, range, options)) {}
BandAssessment::~BandAssessment() = default;
BandAssessment::BandAssessment(BandAssessment&&) noexcept = default;
BandAssessment& BandAssessment::operator=(BandAssessment&&) noexcept = default;

std::size_t BandAssessment::parts() const { return state_->parts.size(); }

void BandAssessment::add(std::size_t part, const PairRow& row) { state_->parts[part](row); }

BandReport BandAssessment::result() const {
  const State& s = *state_;
  const bool backscatter = is_backscatter(s.model.quantity);
  BandReport report;
  report.model = s.model;
  s.errors.put(report, backscatter ? &s.looks : nullptr);
  report.figures.set("ssim", s.similarity.ssim());
  report.figures.set("ms_ssim", s.similarity.ms_ssim());
  report.figures.set("edge_gradient", s.edges.gradient());
  report.figures.set("edge_correlation", s.edges.correlation());
  report.quicklook = s.quicklook.result();
  if (!backscatter) return report;
  s.image_looks.put(report);
  put_looks(s.looks, report);
  put_ratio(s.ratio, report);
  s.texture.put(report);
  put_points(s.points, report);
  if (s.model.quantity == Quantity::complex) put_agreement(s.agreement, report);
  return report;
}

}  // namespace sarinr
