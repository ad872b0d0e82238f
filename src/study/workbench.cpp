#include "study/workbench.h"

#include <algorithm>
#include <cmath>

#include "sarinr/codec/step_search.h"
#include "sarinr/field/initialisation.h"
#include "sarinr/quality/band_assessment.h"
#include "scene/tile_coder.h"

namespace sarinr::study {

namespace {

constexpr int start_bits = 10;

/// All that first weights depend on.
std::string key_of(const FitProblem& problem, const FitSetting& s) {
  return Json::array({problem.spec.architecture, problem.spec.width, problem.spec.depth, problem.spec.parameters,
                      problem.grid_width, problem.grid_height, s.initialisation, s.seed, s.activation.epochs,
                      s.activation.learning_rate, s.activation.lambda, static_cast<int>(s.activation.order)})
      .dump();
}

std::vector<double> powers(const std::vector<double>& decibels) {
  std::vector<double> out(decibels.size());
  std::transform(decibels.begin(), decibels.end(), out.begin(), [](double value) { return std::pow(10, value / 10); });
  return out;
}

/// Both sides of a pair as the measures take them.
struct PairValues {
  std::vector<double> reference, test, reference_power, test_power;

  PairValues(const Image& image, const std::vector<float>& values) : reference(image.values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      test.push_back(std::isfinite(reference[i]) ? static_cast<double>(values[i]) : no_value);
    }
    if (!image.backscatter) return;
    reference_power = powers(reference);
    test_power = powers(test);
  }

  PairRow row(int y, std::size_t width) const {
    const auto part = [&](const std::vector<double>& plane) {
      return plane.empty() ? std::span<const double>()
                           : std::span<const double>(plane).subspan(static_cast<std::size_t>(y) * width, width);
    };
    PairRow out;
    out.y = y;
    out.reference = part(reference);
    out.test = part(test);
    out.reference_linear = out.reference_power = part(reference_power);
    out.test_linear = out.test_power = part(test_power);
    return out;
  }
};

BandReport assess(const Image& image, const PairValues& pair) {
  BandModel model;
  model.quantity = image.backscatter ? Quantity::decibel : Quantity::other;
  ReferenceRange range;
  for (std::size_t i = 0; i < pair.reference.size(); ++i) {
    if (!std::isfinite(pair.reference[i])) continue;
    range.values.add(pair.reference[i]);
    if (image.backscatter) range.add_linear(pair.reference_power[i]);
  }
  const AssessmentOptions options{.width = image.width,
                                  .height = image.height,
                                  .window_size = 10,
                                  .column_borders = {0, image.width},
                                  .row_borders = {0, image.height}};
  BandAssessment assessment(model, range, options);
  for (int y = 0; y < image.height; ++y) {
    const PairRow row = pair.row(y, static_cast<std::size_t>(image.width));
    for (std::size_t part = 0; part < assessment.parts(); ++part) assessment.add(part, row);
  }
  return assessment.result();
}

}  // namespace

FieldSpec spec_of(const std::string& name, int width, int depth) {
  FieldSpec spec;
  spec.architecture = name;
  spec.width = width;
  spec.depth = depth;
  for (const ParameterInfo& parameter : architecture(name).parameters()) {
    spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  check(spec);
  return spec;
}

std::vector<float> Starts::get(Engine& engine, const FitProblem& problem, const FitSetting& setting,
                               const StepCallback& step) {
  const std::string key = key_of(problem, setting);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = starts_.find(key); found != starts_.end()) return *found->second;
  }
  // Two threads may make the same start at once: they make the same, and neither waits.
  std::vector<float> start = engine.activate(problem, setting.activation, step);
  const std::lock_guard lock(mutex_);
  starts_[key] = std::make_shared<const std::vector<float>>(start);
  return start;
}

FitProblem Workbench::problem(const FitSetting& setting, int grid_width, int grid_height) {
  FitProblem problem{setting.spec, grid_width, grid_height, {}};
  if (problem.spec.parameters.empty()) {
    problem.spec.parameters = spec_of(setting.spec.architecture, setting.spec.width, setting.spec.depth).parameters;
  }
  problem.start = initial_weights(problem.spec, setting.initialisation, setting.seed);
  if (setting.activation.epochs > 0) {
    const std::unique_ptr<Engine> maker = engine(problem.spec);
    problem.start = starts_.get(*maker, problem, setting, step_);
  }
  const std::vector<std::int8_t> steps = fixed_bit_steps(problem.spec, problem.start, start_bits);
  problem.start = dequantise(problem.spec, quantise_weights(problem.spec, problem.start, steps), nullptr);
  return problem;
}

FittedImage Workbench::fit(const Image& image, const FitSetting& setting) {
  return fit(image, problem(setting, image.width, image.height), setting.fit);
}

FittedImage Workbench::fit(const Image& image, FitProblem problem, const FitOptions& options) {
  FittedImage out{std::move(problem), {}};
  out.fit = engine(out.problem.spec)->fit(out.problem, {image.tile}, options, step_).front();
  return out;
}

StoredWeights stored(const Image& image, const FittedImage& fitted) {
  PreparedTile prepared;
  prepared.target = image.tile;
  const FieldSpec& spec = fitted.problem.spec;
  const std::vector<std::int8_t> steps = choose_steps(fitted.problem, prepared, fitted.fit.weights, 0);
  const QuantisedWeights quantised = quantise_weights(spec, fitted.fit.weights, steps);
  ByteWriter writer;
  encode_weights(quantised, writer);
  return {dequantise(spec, quantised, nullptr), writer.size()};
}

double psnr_of_loss(const Image& image, double mean_square_error) {
  float low = 0;
  float high = 0;
  bool any = false;
  for (std::size_t i = 0; i < image.tile.values.size(); ++i) {
    if (image.tile.valid[i] == 0) continue;
    low = any ? std::min(low, image.tile.values[i]) : image.tile.values[i];
    high = any ? std::max(high, image.tile.values[i]) : image.tile.values[i];
    any = true;
  }
  const double range = static_cast<double>(high) - static_cast<double>(low);
  return 10 * std::log10(range * range / std::max(mean_square_error, 1e-30));
}

double psnr(const Image& image, const FitProblem& problem, const std::vector<float>& weights) {
  return psnr_of_loss(image, mean_square_error(problem, image.tile, weights));
}

Json psnr_curve(const Image& image, const std::vector<float>& losses, std::size_t most) {
  Json pairs = Json::array();
  const std::size_t stride = std::max<std::size_t>(1, losses.size() / most);
  for (std::size_t i = 0; i < losses.size(); i += stride) {
    pairs.push_back(Json::array({i, std::round(1000 * psnr_of_loss(image, static_cast<double>(losses[i]))) / 1000}));
  }
  return pairs;
}

std::vector<std::pair<double, double>> curve(const Json& pairs) {
  std::vector<std::pair<double, double>> out;
  for (const Json& pair : pairs) out.emplace_back(pair.at(0).get<double>(), pair.at(1).get<double>());
  return out;
}

std::vector<float> rendered(const Image& image, const FitProblem& problem, const std::vector<float>& weights) {
  std::vector<float> values = evaluate_tile(problem, image.tile, weights);
  for (float& value : values) value = static_cast<float>(image.offset + image.scale * static_cast<double>(value));
  return values;
}

Json figures(const Image& image, const std::vector<float>& values) {
  const BandReport report = assess(image, PairValues(image, values));
  Json out = Json::object();
  for (const char* name : {"psnr", "ssim", "kl", "enl_image_reference", "enl_image_test", "enl_ratio"}) {
    if (const std::optional<double> value = report.figures.get(name)) out[name] = *value;
  }
  return out;
}

}  // namespace sarinr::study
