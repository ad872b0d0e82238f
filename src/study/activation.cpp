#include <algorithm>
#include <cmath>

#include "sarinr/base/error.h"
#include "study/activation_ablations.h"
#include "study/registry.h"

namespace sarinr::study {

namespace {

/// Fit epochs that one epoch of the activation costs: it passes forward twice and back once, a fit's epoch forward and
/// back, and a way back costs two forward.
constexpr double activation_cost = 4.0 / 3;
constexpr int activation_epochs = 20;
constexpr int depth = 3;

/// "charged": the activation's time is taken off the fit's epochs.
std::vector<std::string> variants(const std::string& architecture) {
  if (architecture == "siren" || architecture == "finer") return {"plain", "activated", "charged", "scaled"};
  return {"plain", "activated", "charged"};
}

std::vector<std::string> backbones(Size size) {
  if (size == Size::smoke) return {"siren"};
  return {"siren", "finer", "gauss", "wire", "pemlp"};
}

std::vector<int> widths(Size size) {
  if (size == Size::full) return {32, 64, 128, 256};
  return {size == Size::smoke ? 16 : 64};
}

int fit_epochs(Size size) { return by_size(size, 40, 100, 200); }

/// Factors on the architecture's learning rate that are tried.
std::vector<double> rate_factors(Size size) {
  if (size == Size::smoke) return {1};
  if (size == Size::quick) return {1, 2};
  return {0.5, 1, 2, 4};
}

std::vector<int> marks(int epochs) {
  std::vector<int> out;
  for (const int mark : {5, 10, 25, 50, 100, 200, 400}) {
    if (mark < epochs) out.push_back(mark);
  }
  out.push_back(epochs);
  return out;
}

Json grid_settings(const std::string& architecture, int width, const std::string& variant, int epochs, double rate) {
  return {{"part", "grid"}, {"architecture", architecture}, {"width", width}, {"variant", variant}, {"epochs", epochs},
          {"rate", rate}};
}

Json with_image(Json settings, const Image& image, int seed) {
  settings["image"] = image.name;
  settings["seed"] = seed;
  return settings;
}

/// The rate at which the mean PSNR of seed 1 is highest, once all are known.
std::optional<double> best_rate(const Setting& setting, const Results& done, const std::string& architecture, int width,
                                const std::string& variant) {
  std::optional<double> best;
  double highest = 0;
  for (const double factor : rate_factors(setting.size)) {
    const double rate = factor * fit_defaults(architecture).learning_rate;
    double sum = 0;
    for (const Image& image : setting.images) {
      const Json cell =
          with_image(grid_settings(architecture, width, variant, fit_epochs(setting.size), rate), image, 1);
      if (!done.has(cell)) return std::nullopt;
      const Json* result = done.find(cell);
      sum += result == nullptr ? 0.0 : result->at("psnr").get<double>();
    }
    if (!best || sum > highest) {
      best = rate;
      highest = sum;
    }
  }
  return best;
}

/// Figures at each snapshot, and those of the end as the result's own.
Json measured(const Image& image, const FittedImage& fitted, const std::vector<int>& steps) {
  Json result;
  Json stages = Json::array();
  for (std::size_t i = 0; i < fitted.fit.snapshots.size(); ++i) {
    result = figures(image, rendered(image, fitted.problem, fitted.fit.snapshots[i]));
    Json stage = {{"epoch", steps[i]}};
    stage.update(result);
    stages.push_back(std::move(stage));
  }
  result["psnr_stored"] = psnr(image, fitted.problem, stored(image, fitted).weights);
  result["stages"] = std::move(stages);
  return result;
}

class Activation final : public Study {
 public:
  std::string name() const override { return "activation"; }
  std::string summary() const override {
    return "self-activation on every backbone: PSNR, SSIM, ENL and KL against epochs, and its ablations (Han and "
           "Zhang, "
           "Tables 8 and 9)";
  }
  int image_count(Size size) const override { return by_size(size, 1, 2, 4); }
  int seeds(Size size) const override { return by_size(size, 1, 1, 3); }

  std::vector<Json> cells(const Setting& setting, const Results& done) const override {
    std::vector<Json> out;
    for (const std::string& architecture : backbones(setting.size)) {
      for (const int width : widths(setting.size)) {
        for (const std::string& variant : variants(architecture))
          add_grid(setting, done, architecture, width, variant, out);
      }
    }
    for (const Ablation& ablation : ablations(setting.size)) {
      for (const Image& image : setting.images) {
        for (int seed = 1; seed <= setting.seeds; ++seed) {
          for (const double rate : {2e-3, 4e-3}) out.push_back(ablation_cell(setting, ablation, image, seed, rate));
        }
      }
    }
    return out;
  }

  Json compute(const Json& cell, const Setting& setting, Workbench& bench) const override {
    const Image& image = setting.image(cell.at("image"));
    FitOptions options;
    options.epochs = cell.at("epochs");
    options.learning_rate = cell.at("rate");
    if (cell.at("part") == "ablation") return ablate(cell, setting, image, options, bench);
    const std::string variant = cell.at("variant");
    FitSetting fit;
    fit.spec = spec_of(cell.at("architecture"), cell.at("width"), depth);
    fit.seed = cell.at("seed");
    if (variant == "scaled") fit.initialisation = "scaled";
    constexpr int wide = 192;
    if (variant == "activated" || variant == "charged") {
      fit.activation = {activation_epochs, fit.spec.width >= wide ? 1e-3 : 2e-3, 0.2};
    }
    if (variant == "charged") {
      options.epochs = std::max(1, options.epochs - static_cast<int>(std::lround(activation_cost * activation_epochs)));
    }
    options.snapshots = marks(options.epochs);
    fit.fit = options;
    return measured(image, bench.fit(image, fit), options.snapshots);
  }

  void present(const Setting& setting, const Results& results, Page& page) const override {
    page.heading("With and without");
    page.paragraph(
        "Learning rate: the best of those tried for each row, by PSNR of seed 1 over all images. Charged: the "
        "activation's time is "
        "taken off the epochs of the fit; activated: it is not, as where the tiles of a file share it. ENL over the "
        "whole image "
        "(mean^2/variance of power), its error relative to the image's own; KL in nats, 256 bins over dB "
        "(docs/metrics.md). Mean over images and seeds, deviation of PSNR.");
    std::vector<std::vector<std::string>> rows;
    for (const std::string& architecture : backbones(setting.size)) {
      for (const int width : widths(setting.size)) {
        for (const std::string& variant : variants(architecture)) {
          rows.push_back(grid_row(setting, results, architecture, width, variant));
        }
      }
    }
    page.table(
        {"network", "start", "rate", "PSNR", "stored", "SSIM", "KL", "ENL of the image", "ENL of the fit", "ENL error"},
        rows);
    for (const std::string& architecture : backbones(setting.size)) {
      for (const int width : widths(setting.size)) plot(setting, results, architecture, width, page);
    }
    present_paper(page);
    present_ablations(setting, results, page);
  }

 private:
  static void add_grid(const Setting& setting, const Results& done, const std::string& architecture, int width,
                       const std::string& variant, std::vector<Json>& out) {
    const int epochs = fit_epochs(setting.size);
    for (const double factor : rate_factors(setting.size)) {
      const double rate = factor * fit_defaults(architecture).learning_rate;
      for (const Image& image : setting.images) {
        out.push_back(with_image(grid_settings(architecture, width, variant, epochs, rate), image, 1));
      }
    }
    const std::optional<double> rate = best_rate(setting, done, architecture, width, variant);
    for (int seed = 2; rate && seed <= setting.seeds; ++seed) {
      for (const Image& image : setting.images) {
        out.push_back(with_image(grid_settings(architecture, width, variant, epochs, *rate), image, seed));
      }
    }
  }

  static Json ablation_cell(const Setting& setting, const Ablation& ablation, const Image& image, int seed,
                            double rate) {
    return with_image({{"part", "ablation"},
                       {"group", ablation.group},
                       {"name", ablation.name},
                       {"width", by_size(setting.size, 16, 64, 64)},
                       {"epochs", by_size(setting.size, 5, 100, 100)},
                       {"rate", rate}},
                      image, seed);
  }

  static Json ablate(const Json& cell, const Setting& setting, const Image& image, const FitOptions& options,
                     Workbench& bench) {
    for (const Ablation& ablation : ablations(setting.size)) {
      if (cell.at("group") != ablation.group || cell.at("name") != ablation.name) continue;
      const FittedImage fitted =
          bench.fit(image, ablated_problem(ablation, cell.at("width"), depth, cell.at("seed"), image, bench), options);
      return {{"psnr", psnr(image, fitted.problem, fitted.fit.weights)},
              {"psnr_stored", psnr(image, fitted.problem, stored(image, fitted).weights)}};
    }
    throw Error("a study asks for the ablation " + cell.at("name").get<std::string>(), ErrorKind::internal);
  }

  static std::vector<std::string> grid_row(const Setting& setting, const Results& results,
                                           const std::string& architecture, int width, const std::string& variant) {
    const std::optional<double> rate = best_rate(setting, results, architecture, width, variant);
    const Json like = grid_settings(architecture, width, variant, fit_epochs(setting.size), rate.value_or(0));
    const std::vector<double> wanted = results.values(like, "enl_image_reference");
    const std::vector<double> found = results.values(like, "enl_image_test");
    std::vector<double> errors;
    for (std::size_t i = 0; i < std::min(wanted.size(), found.size()); ++i) {
      errors.push_back(std::abs(found[i] / wanted[i] - 1));
    }
    const auto level = [&](const char* figure, int digits) {
      return fixed(mean(results.values(like, figure)), digits);
    };
    return {architecture + " " + std::to_string(width),
            variant,
            fixed(rate, 4),
            mean_text(results.values(like, "psnr"), 2),
            level("psnr_stored", 2),
            level("ssim", 4),
            level("kl", 4),
            level("enl_image_reference", 3),
            level("enl_image_test", 3),
            fixed(mean(errors), 3)};
  }

  static void plot(const Setting& setting, const Results& results, const std::string& architecture, int width,
                   Page& page) {
    for (const auto& [figure, label] : {std::pair{"psnr", "PSNR, dB"}, std::pair{"ssim", "SSIM"},
                                        std::pair{"kl", "KL, nats"}, std::pair{"enl_image_test", "ENL"}}) {
      std::vector<Line> lines;
      for (const std::string& variant : variants(architecture)) {
        const std::optional<double> rate = best_rate(setting, results, architecture, width, variant);
        const auto cells =
            results.matching(grid_settings(architecture, width, variant, fit_epochs(setting.size), rate.value_or(0)));
        if (cells.empty()) continue;
        lines.push_back({variant, mean_stages(cells, figure)});
      }
      page.plot(architecture + " " + std::to_string(width) + ", mean of images", "log10 of the epoch", label, lines,
                true);
    }
  }

  static std::vector<std::pair<double, double>> mean_stages(const std::vector<const Cell*>& cells, const char* figure) {
    std::vector<std::pair<double, double>> out;
    for (std::size_t i = 0; i < cells.front()->result.at("stages").size(); ++i) {
      std::vector<double> values;
      for (const Cell* cell : cells) {
        const Json& stage = cell->result.at("stages").at(i);
        if (stage.contains(figure)) values.push_back(stage.at(figure).get<double>());
      }
      if (const auto value = mean(values)) {
        out.emplace_back(std::log10(cells.front()->result.at("stages").at(i).at("epoch").get<double>()), *value);
      }
    }
    return out;
  }

  static void present_paper(Page& page) {
    page.heading("The paper's figures (Han and Zhang 2024, Tables 8 and 9)");
    page.paragraph(
        "SIREN on a SAR image of SARDet-100K; architecture, domain and bins of its KL are not said in full, so levels "
        "cannot "
        "be compared with those above, only directions.");
    page.table({"", "image", "without", "with"}, {{"ENL", "4.21", "4.88", "4.39"}, {"KL", "-", "0.0189", "0.0103"}});
  }

  static void present_ablations(const Setting& setting, const Results& results, Page& page) {
    page.heading("Ablations");
    page.paragraph(
        "SIREN, four sine layers, width " + std::to_string(by_size(setting.size, 16, 64, 64)) + ", " +
        std::to_string(by_size(setting.size, 5, 100, 100)) +
        " epochs: PSNR in dB at two learning rates, mean and deviation over images and seeds; the best of the two, "
        "stored; and its gain over no activation at its own best.");
    std::vector<std::vector<std::string>> rows;
    std::optional<double> usual;
    for (const Ablation& ablation : ablations(setting.size)) {
      const Json like = {{"part", "ablation"}, {"group", ablation.group}, {"name", ablation.name}};
      std::vector<std::string> row{ablation.group, ablation.name};
      std::optional<double> best;
      for (const double rate : {2e-3, 4e-3}) {
        Json at_rate = like;
        at_rate["rate"] = rate;
        row.push_back(mean_text(results.values(at_rate, "psnr"), 2));
        const auto value = mean(results.values(at_rate, "psnr_stored"));
        if (value && (!best || *value > *best)) best = value;
      }
      if (!usual) usual = best;
      row.push_back(fixed(best, 2));
      row.push_back(best && usual ? fixed(*best - *usual, 2) : "-");
      rows.push_back(std::move(row));
    }
    page.table({"ablation", "setting", "0.002", "0.004", "stored", "gain"}, rows);
  }
};

}  // namespace

std::unique_ptr<Study> make_activation() { return std::make_unique<Activation>(); }

}  // namespace sarinr::study
