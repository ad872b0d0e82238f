#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "study/registry.h"
#include "study/variant.h"

namespace sarinr::study {

namespace {

constexpr int points = 300;
/// Cycles of the signal's sines over [-1, 1].
constexpr std::array frequencies{3, 5, 7, 9};
/// The activation needs an image; it sees no signal, so this grid may be another than the fit's.
constexpr int activation_side = 64;

constexpr std::array variants{Variant{"siren", "siren", "siren", 0},
                              Variant{"siren, activated", "siren", "siren", 20},
                              Variant{"siren, scaled", "siren", "scaled", 0},
                              Variant{"finer", "finer", "siren", 0},
                              Variant{"incode", "incode", "siren", 0},
                              Variant{"wire", "wire", "siren", 0},
                              Variant{"gauss", "gauss", "siren", 0},
                              Variant{"mfn-fourier", "mfn-fourier", "siren", 0},
                              Variant{"sl2a", "sl2a", "siren", 0},
                              Variant{"pemlp", "pemlp", "siren", 0},
                              Variant{"relu", "relu", "siren", 0}};

/// f(x) = 2 round((sin 3 pi x + sin 5 pi x + sin 7 pi x + sin 9 pi x) / 2) at the middles of 300 pixels of [-1, 1].
NormalisedTile signal() {
  NormalisedTile tile{points, 1, {}, std::vector<std::uint8_t>(points, 1)};
  for (int i = 0; i < points; ++i) {
    const double x = (2.0 * i + 1) / points - 1;
    double sum = 0;
    for (const int frequency : frequencies) sum += std::sin(frequency * std::numbers::pi * x);
    tile.values.push_back(static_cast<float>(2 * std::round(sum / 2)));
  }
  return tile;
}

/// The discrete Fourier coefficient at `cycles` over the signal.
std::complex<double> coefficient(const std::vector<float>& values, int cycles) {
  std::complex<double> sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double angle = -2 * std::numbers::pi * cycles * static_cast<double>(i) / static_cast<double>(values.size());
    sum += static_cast<double>(values[i]) * std::polar(1.0, angle);
  }
  return sum;
}

double relative_error(const std::vector<float>& values, const std::vector<float>& truth, int cycles) {
  const std::complex<double> wanted = coefficient(truth, cycles);
  return std::abs(coefficient(values, cycles) - wanted) / std::abs(wanted);
}

/// Factors on the architecture's learning rate that are tried: what suits a tile of some thousand pixels is much for
/// 300 points.
std::vector<double> rate_factors(Size size) {
  if (size == Size::smoke) return {1};
  return {0.05, 0.25, 1};
}

/// Steps at which errors are taken, ever further apart.
std::vector<int> marks(int epochs) {
  std::vector<int> out;
  for (double step = 1; step < epochs; step = std::max(step + 1, step * 1.15)) out.push_back(static_cast<int>(step));
  out.push_back(epochs);
  return out;
}

/// All of a cell but its seed.
Json settings_of(Size size, const Variant& variant, double factor) {
  return {{"variant", variant.name},
          {"width", by_size(size, 32, 128, 128)},
          {"epochs", by_size(size, 20, 1000, 2000)},
          {"rate", factor * fit_defaults(variant.architecture).learning_rate}};
}

/// Those at the rate that leaves the least error, mean over seeds; empty where no fit came to an end.
std::optional<Json> best_settings(Size size, const Results& results, const Variant& variant) {
  std::optional<Json> best;
  double least = 0;
  for (const double factor : rate_factors(size)) {
    const Json settings = settings_of(size, variant, factor);
    const std::optional<double> error = mean(results.values(settings, "mean_square_error"));
    if (!error || (best && *error >= least)) continue;
    best = settings;
    least = *error;
  }
  return best;
}

std::string error_name(int frequency) { return "error_" + std::to_string(frequency); }

class SpectralBias final : public Study {
 public:
  std::string name() const override { return "spectral-bias"; }
  std::string summary() const override {
    return "which frequencies of a rounded periodic signal a network learns first (SL2A, section 4)";
  }
  int seeds(Size size) const override { return by_size(size, 1, 3, 5); }

  std::vector<Json> cells(const Setting& setting, const Results&) const override {
    std::vector<Json> out;
    for (const Variant& variant : variants) {
      for (const double factor : rate_factors(setting.size)) {
        for (int seed = 1; seed <= setting.seeds; ++seed) {
          Json cell = settings_of(setting.size, variant, factor);
          cell["seed"] = seed;
          out.push_back(std::move(cell));
        }
      }
    }
    return out;
  }

  Json compute(const Json& cell, const Setting&, Workbench& bench) const override {
    FitSetting setting = setting_of(cell, variant_named(variants, cell.at("variant")), 2);
    setting.fit.epochs = cell.at("epochs");
    setting.fit.learning_rate = cell.at("rate");
    setting.fit.snapshots = marks(setting.fit.epochs);
    FitProblem problem = bench.problem(setting, activation_side, activation_side);
    problem.grid_width = points;
    problem.grid_height = 1;
    const NormalisedTile tile = signal();
    const TileFit fit = bench.engine(problem.spec)->fit(problem, {tile}, setting.fit, bench.step()).front();
    Json result = {{"mean_square_error", mean_square_error(problem, tile, fit.weights)}};
    Json curves = Json::object();
    for (std::size_t k = 0; k < fit.snapshots.size(); ++k) {
      const std::vector<float> values = evaluate_tile(problem, tile, fit.snapshots[k]);
      for (const int frequency : frequencies) {
        const double error = relative_error(values, tile.values, frequency);
        curves[std::to_string(frequency)].push_back(Json::array({setting.fit.snapshots[k], error}));
        result[error_name(frequency)] = error;
        const std::string learned = "learned_" + std::to_string(frequency);
        if (error < 0.1 && !result.contains(learned)) result[learned] = setting.fit.snapshots[k];
      }
    }
    result["errors"] = std::move(curves);
    return result;
  }

  void present(const Setting& setting, const Results& results, Page& page) const override {
    page.heading("Spectral bias");
    page.paragraph(
        "f(x) = 2 round((sin 3 pi x + sin 5 pi x + sin 7 pi x + sin 9 pi x) / 2), 300 points, three hidden layers of " +
        std::to_string(by_size(setting.size, 32, 128, 128)) + ", " +
        std::to_string(by_size(setting.size, 20, 1000, 2000)) +
        " full-batch Adam steps with cosine decay, at the best of 1, 1/4 and 1/20 of the architecture's learning rate "
        "in sarinr "
        "by mean square error. Learned: the first step looked at after which the Fourier coefficient is within 10 % of "
        "the "
        "signal's, mean of the seeds that come so far. Error: of the coefficient, relative, at the end. The network is "
        "two-dimensional, its second coordinate 0.");
    std::vector<std::vector<std::string>> rows;
    for (const Variant& variant : variants) {
      if (const auto settings = best_settings(setting.size, results, variant))
        rows.push_back(row_of(results, *settings));
    }
    page.table({"network", "rate", "learned 3", "5", "7", "9", "error 3", "5", "7", "9", "mean square error"}, rows);
    for (const Variant& variant : variants) {
      const auto settings = best_settings(setting.size, results, variant);
      if (!settings) continue;
      const auto cells = results.matching(*settings);
      std::vector<Line> lines;
      for (const int frequency : frequencies) {
        Line line{std::to_string(frequency) + " cycles", {}};
        for (const auto& [step, error] : curve(cells.front()->result.at("errors").at(std::to_string(frequency)))) {
          line.points.emplace_back(std::log10(step), std::log10(std::max(error, 1e-6)));
        }
        lines.push_back(std::move(line));
      }
      page.plot(variant.name, "log10 of the step", "log10 of the relative error", lines);
    }
  }

 private:
  static std::vector<std::string> row_of(const Results& results, const Json& like) {
    char rate[32];
    std::snprintf(rate, sizeof rate, "%g", like.at("rate").get<double>());
    std::vector<std::string> row{like.at("variant"), rate};
    for (const int frequency : frequencies) {
      row.push_back(fixed(mean(results.values(like, "learned_" + std::to_string(frequency))), 0));
    }
    for (const int frequency : frequencies) row.push_back(fixed(mean(results.values(like, error_name(frequency))), 4));
    row.push_back(fixed(mean(results.values(like, "mean_square_error")), 6));
    return row;
  }
};

}  // namespace

std::unique_ptr<Study> make_spectral_bias() { return std::make_unique<SpectralBias>(); }

}  // namespace sarinr::study
