#include <algorithm>
#include <array>
#include <cmath>

#include "study/registry.h"
#include "study/tangent_kernel.h"
#include "study/variant.h"

namespace sarinr::study {

namespace {

/// Cells of the pictures: kernels are averaged over blocks, or a page would hold a million numbers a picture.
constexpr int picture_side = 64;

constexpr std::array variants{Variant{"siren", "siren", "siren", 0},
                              Variant{"siren, activated 20 epochs", "siren", "siren", 20},
                              Variant{"siren, activated 200 epochs", "siren", "siren", 200},
                              Variant{"siren, scaled", "siren", "scaled", 0},
                              Variant{"finer", "finer", "siren", 0},
                              Variant{"finer, activated 20 epochs", "finer", "siren", 20},
                              Variant{"pemlp", "pemlp", "siren", 0},
                              Variant{"pemlp, activated 20 epochs", "pemlp", "siren", 20}};

/// Epochs after which the contrast of the output is taken.
std::vector<int> contrast_marks(Size size) {
  if (size == Size::smoke) return {0, 2, 4};
  return {0, 2, 4, 6, 8, 10, 14, 20, 30, 40, 60, 80, 100, 140, 200};
}

/// The kernel over its mean diagonal, averaged over blocks of equal size.
Json thumbnail(const std::vector<float>& kernel, int count) {
  const int side = std::min(picture_side, count);
  const int block = count / side;
  double diagonal = 0;
  for (int i = 0; i < count; ++i) diagonal += static_cast<double>(kernel[static_cast<std::size_t>(i * (count + 1))]);
  diagonal /= count;
  Json out = Json::array();
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      double sum = 0;
      for (int i = y * block; i < (y + 1) * block; ++i) {
        for (int j = x * block; j < (x + 1) * block; ++j) {
          sum += static_cast<double>(kernel[static_cast<std::size_t>(i * count + j)]);
        }
      }
      out.push_back(std::round(1e4 * sum / (block * block * diagonal)) / 1e4);
    }
  }
  return out;
}

/// Eigenvalues over the largest, at indices ever further apart.
Json spectrum(const std::vector<double>& eigenvalues) {
  Json pairs = Json::array();
  for (std::size_t i = 0; i < eigenvalues.size(); i = std::max(i + 1, i * 11 / 10)) {
    pairs.push_back(Json::array({i + 1, eigenvalues[i] / eigenvalues[0]}));
  }
  return pairs;
}

class Ntk final : public Study {
 public:
  std::string name() const override { return "ntk"; }
  std::string summary() const override {
    return "the empirical neural tangent kernel with and without self-activation, and the contrast of the output on "
           "the "
           "way";
  }
  int seeds(Size size) const override { return by_size(size, 1, 3, 5); }

  std::vector<Json> cells(const Setting& setting, const Results&) const override {
    std::vector<Json> out;
    const int width = by_size(setting.size, 16, 64, 64);
    for (int seed = 1; seed <= setting.seeds; ++seed) {
      for (const Variant& variant : variants) {
        out.push_back({{"part", "kernel"},
                       {"variant", variant.name},
                       {"width", width},
                       {"points", by_size(setting.size, 128, 1024, 1024)},
                       {"side", by_size(setting.size, 16, 64, 64)},
                       {"seed", seed}});
      }
      for (const char* variant : {"siren", "finer", "pemlp"}) {
        out.push_back({{"part", "contrast"},
                       {"variant", variant},
                       {"width", width},
                       {"side", by_size(setting.size, 16, 64, 64)},
                       {"last", contrast_marks(setting.size).back()},
                       {"seed", seed}});
      }
    }
    return out;
  }

  Json compute(const Json& cell, const Setting& setting, Workbench& bench) const override {
    const Variant& variant = variant_named(variants, cell.at("variant"));
    FitSetting fit = setting_of(cell, variant, 3);
    if (cell.at("part") == "contrast") return contrasts(cell, setting, fit, bench);
    const FitProblem problem = bench.problem(fit, cell.at("side"), cell.at("side"));
    const int points = cell.at("points");
    const std::vector<float> kernel = tangent_kernel(problem.spec, problem.start, points);
    const KernelFigures figures = kernel_figures(kernel, points);
    return {{"diagonal_dominance", figures.diagonal_dominance}, {"correlation", figures.correlation},
            {"effective_rank", figures.effective_rank},         {"largest_eigenvalue", figures.eigenvalues.front()},
            {"spectrum", spectrum(figures.eigenvalues)},        {"picture", thumbnail(kernel, points)}};
  }

  void present(const Setting&, const Results& results, Page& page) const override {
    page.heading("Tangent kernel");
    page.paragraph(
        "Points lie along the middle row of the tile. Diagonal dominance: mean over rows of the diagonal over the sum "
        "of the others' "
        "magnitudes. Correlation: mean magnitude off the diagonal of the normalised kernel. Effective rank: (sum of "
        "eigenvalues)^2 "
        "over the sum of their squares. Mean and deviation over seeds.");
    std::vector<std::vector<std::string>> rows;
    std::vector<Line> spectra;
    for (const Variant& variant : variants) {
      const Json like = {{"part", "kernel"}, {"variant", variant.name}};
      rows.push_back({variant.name, mean_text(results.values(like, "diagonal_dominance"), 4),
                      mean_text(results.values(like, "correlation"), 4),
                      mean_text(results.values(like, "effective_rank"), 1)});
      const auto cells = results.matching(like);
      if (cells.empty()) continue;
      Line line{variant.name, {}};
      for (const auto& [index, value] : curve(cells.front()->result.at("spectrum"))) {
        line.points.emplace_back(std::log10(index), std::log10(std::max(value, 1e-10)));
      }
      spectra.push_back(std::move(line));
    }
    page.table({"network", "diagonal dominance", "correlation", "effective rank"}, rows);
    page.plot("Eigenvalues over the largest, seed 1", "log10 of the index", "log10", spectra);
    present_pictures(results, page);
    present_contrast(results, page);
  }

 private:
  /// Every stage is made from the beginning: an activation of fewer epochs is the beginning of a longer one.
  static Json contrasts(const Json& cell, const Setting& setting, FitSetting fit, Workbench& bench) {
    Json contrast = Json::array();
    Json norm = Json::array();
    std::vector<float> first;
    for (const int epochs : contrast_marks(setting.size)) {
      fit.activation.epochs = epochs;
      const FitProblem problem = bench.problem(fit, cell.at("side"), cell.at("side"));
      if (first.empty()) first = problem.start;
      contrast.push_back(Json::array({epochs, output_contrast(problem, problem.start)}));
      norm.push_back(Json::array({epochs, hidden_growth(problem.spec, first, problem.start)}));
    }
    return {{"contrast_first", contrast.front()[1]},
            {"contrast_last", contrast.back()[1]},
            {"hidden_growth", norm.back()[1]},
            {"contrast", std::move(contrast)},
            {"norm", std::move(norm)}};
  }

  /// The hidden matrices' norm, all together, over what it was.
  static double hidden_growth(const FieldSpec& spec, const std::vector<float>& before,
                              const std::vector<float>& after) {
    double old_sum = 0;
    double new_sum = 0;
    for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
      if (tensor.rows != spec.width || tensor.columns != spec.width) continue;
      for (std::size_t k = tensor.offset; k < tensor.offset + tensor.size(); ++k) {
        old_sum += static_cast<double>(before[k]) * static_cast<double>(before[k]);
        new_sum += static_cast<double>(after[k]) * static_cast<double>(after[k]);
      }
    }
    return std::sqrt(new_sum / old_sum);
  }

  static void present_pictures(const Results& results, Page& page) {
    for (const Variant& variant : variants) {
      const auto cells = results.matching({{"part", "kernel"}, {"variant", variant.name}});
      if (cells.empty()) continue;
      const auto values = cells.front()->result.at("picture").get<std::vector<float>>();
      const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(values.size()))));
      page.picture(variant.name, "kernel over its mean diagonal", side, side, values, true, std::pair{-1.0, 1.0});
    }
  }

  static void present_contrast(const Results& results, Page& page) {
    page.heading("Output contrast during self-activation");
    page.paragraph(
        "G is the mean of the Sobel gradient's magnitude over the output; growth is the norm of the hidden matrices "
        "over what "
        "it was before.");
    std::vector<std::vector<std::string>> rows;
    std::vector<Line> contrast;
    std::vector<Line> growth;
    for (const char* variant : {"siren", "finer", "pemlp"}) {
      const Json like = {{"part", "contrast"}, {"variant", variant}};
      rows.push_back({variant, mean_text(results.values(like, "contrast_first"), 4),
                      mean_text(results.values(like, "contrast_last"), 4),
                      mean_text(results.values(like, "hidden_growth"), 2)});
      const auto cells = results.matching(like);
      if (cells.empty()) continue;
      contrast.push_back({variant, curve(cells.front()->result.at("contrast"))});
      growth.push_back({variant, curve(cells.front()->result.at("norm"))});
    }
    page.table({"network", "G before", "G at the end", "growth"}, rows);
    page.plot("G, seed 1", "epoch", "G", contrast, true);
    page.plot("Norm of the hidden matrices, seed 1", "epoch", "over the start", growth, true);
  }
};

}  // namespace

std::unique_ptr<Study> make_ntk() { return std::make_unique<Ntk>(); }

}  // namespace sarinr::study
