#include <array>
#include <cmath>

#include "sarinr/base/error.h"
#include "study/layer_probe.h"
#include "study/registry.h"
#include "study/workbench.h"

namespace sarinr::study {

namespace {

constexpr int probe_points = 256;
constexpr int probe_bins = 32;
constexpr int depth = 3;

Json settings_of(const std::string& part, const std::string& first, const std::string& hidden, double w0_first,
                 double w0_hidden, Size size) {
  return {{"part", part},
          {"first", first},
          {"hidden", hidden},
          {"w0_first", w0_first},
          {"w0_hidden", w0_hidden},
          {"width", by_size(size, 16, 64, 64)},
          {"epochs", by_size(size, 5, 200, 200)}};
}

/// Every setting of the grid, without image and seed.
std::vector<Json> grid(Size size) {
  std::vector<Json> out;
  for (const char* first : first_layer_schemes()) out.push_back(settings_of("first", first, "siren", 30, 30, size));
  for (const char* hidden : hidden_layer_schemes()) out.push_back(settings_of("hidden", "siren", hidden, 30, 30, size));
  for (const double w0 : {5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0}) {
    out.push_back(settings_of("w0 of the first layer", "siren", "siren", w0, 30, size));
    out.push_back(settings_of("w0 of both", "siren", "siren", w0, w0, size));
  }
  return out;
}

Json rounded(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) out.push_back(std::round(1e6 * value) / 1e6);
  return out;
}

Json describe(const std::vector<LayerProbe>& probes) {
  Json out = Json::array();
  for (const LayerProbe& probe : probes) {
    out.push_back({{"argument_deviation", probe.argument_deviation},
                   {"value_deviation", probe.value_deviation},
                   {"centroid", probe.centroid},
                   {"values", rounded(probe.values)},
                   {"power", rounded(probe.power)}});
  }
  return out;
}

/// "0.12 0.23 0.31": a number of each layer, mean over cells.
std::string by_layer(const std::vector<const Cell*>& cells, const char* when, const char* figure, int digits) {
  std::string out;
  for (std::size_t layer = 0; layer <= depth; ++layer) {
    std::vector<double> values;
    for (const Cell* cell : cells) values.push_back(cell->result.at(when).at(layer).at(figure).get<double>());
    if (!out.empty()) out += ' ';
    out += fixed(mean(values), digits);
  }
  return out;
}

class Initialisation final : public Study {
 public:
  std::string name() const override { return "initialisation"; }
  std::string summary() const override {
    return "schemes of first weights and w0 of SIREN: PSNR, and what each layer's neurons do before and after the fit";
  }
  int image_count(Size size) const override { return by_size(size, 1, 2, 4); }
  int seeds(Size size) const override { return by_size(size, 1, 1, 3); }

  std::vector<Json> cells(const Setting& setting, const Results&) const override {
    std::vector<Json> out;
    for (const Json& settings : grid(setting.size)) {
      for (const Image& image : setting.images) {
        for (int seed = 1; seed <= setting.seeds; ++seed) {
          Json cell = settings;
          cell["image"] = image.name;
          cell["seed"] = seed;
          out.push_back(std::move(cell));
        }
      }
    }
    return out;
  }

  Json compute(const Json& cell, const Setting& setting, Workbench& bench) const override {
    const Image& image = setting.image(cell.at("image"));
    FieldSpec spec = spec_of("siren", cell.at("width"), depth);
    spec.parameters = {cell.at("w0_first").get<float>(), cell.at("w0_hidden").get<float>()};
    FitProblem problem{spec, image.width, image.height,
                       drawn_weights(spec, cell.at("first"), cell.at("hidden"), cell.at("seed"))};
    FitOptions options;
    options.epochs = cell.at("epochs");
    Json result = {{"before", describe(probe_layers(spec, problem.start, probe_points, probe_bins))}};
    const TileFit fit = bench.engine(spec)->fit(problem, {image.tile}, options, bench.step()).front();
    result["psnr"] = psnr(image, problem, fit.weights);
    result["after"] = describe(probe_layers(spec, fit.weights, probe_points, probe_bins));
    result["curve"] = psnr_curve(image, fit.losses, 40);
    return result;
  }

  void present(const Setting& setting, const Results& results, Page& page) const override {
    page.heading("Setting");
    page.paragraph(
        "SIREN of width " + std::to_string(by_size(setting.size, 16, 64, 64)) +
        " and four sine layers, full-batch Adam at 2e-3 with cosine decay, " +
        std::to_string(by_size(setting.size, 5, 200, 200)) +
        " epochs. PSNR in dB, mean and deviation over images and seeds. Of each sine layer, before the fit and after "
        "it: "
        "the deviation of what goes into the sine, in radians, and the mean frequency of its neurons along a row, in "
        "cycles of a 256th of the tile.");
    for (const char* part : {"first", "hidden", "w0 of the first layer", "w0 of both"}) {
      present(setting, results, part, page);
    }
    page.heading("Neurons of each layer");
    for (const auto& [first, hidden] : {std::pair{"siren", "siren"}, std::pair{"wide", "siren"},
                                        std::pair{"siren", "kaiming-uniform"}, std::pair{"siren", "uniform"}}) {
      plot_layers(results, first, hidden, page);
    }
  }

 private:
  static void present(const Setting& setting, const Results& results, const std::string& part, Page& page) {
    page.heading(part == "first" ? "First layer" : part == "hidden" ? "Hidden layers" : part);
    std::vector<std::vector<std::string>> rows;
    std::vector<Line> lines;
    for (const Json& settings : grid(setting.size)) {
      if (settings.at("part") != part) continue;
      const auto cells = results.matching(settings);
      if (cells.empty()) continue;
      const bool sweep = part.starts_with("w0");
      const std::string label =
          sweep ? fixed(settings.at("w0_first").get<double>(), 0) : settings.at(part).get<std::string>();
      rows.push_back({label, mean_text(results.values(settings, "psnr"), 2),
                      by_layer(cells, "before", "argument_deviation", 2),
                      by_layer(cells, "after", "argument_deviation", 2), by_layer(cells, "before", "centroid", 3),
                      by_layer(cells, "after", "centroid", 3)});
      lines.push_back({label, curve(cells.front()->result.at("curve"))});
    }
    page.table({part, "PSNR", "argument before", "argument after", "frequency before", "frequency after"}, rows);
    page.plot(part + ": PSNR of the first image, seed 1", "epoch", "dB", lines);
  }

  static void plot_layers(const Results& results, const std::string& first, const std::string& hidden, Page& page) {
    const auto cells =
        results.matching({{"part", hidden == "siren" ? "first" : "hidden"}, {"first", first}, {"hidden", hidden}});
    if (cells.empty()) return;
    for (const char* when : {"before", "after"}) {
      std::vector<Line> histograms;
      std::vector<Line> spectra;
      for (std::size_t layer = 0; layer <= depth; ++layer) {
        const Json& probe = cells.front()->result.at(when).at(layer);
        const std::string name = std::string("layer ").append(std::to_string(layer + 1));
        Line histogram{name, {}};
        Line spectrum{name, {}};
        for (std::size_t i = 0; i < probe.at("values").size(); ++i) {
          histogram.points.emplace_back((2 * static_cast<double>(i) + 1) / probe_bins - 1, probe.at("values")[i]);
        }
        for (std::size_t k = 1; k < probe.at("power").size(); ++k) {
          spectrum.points.emplace_back(static_cast<double>(k) / probe_points,
                                       10 * std::log10(std::max(probe.at("power")[k].get<double>(), 1e-6)));
        }
        histograms.push_back(std::move(histogram));
        spectra.push_back(std::move(spectrum));
      }
      std::string title = "first ";
      title.append(first).append(", hidden ").append(hidden).append(", ").append(when).append(" the fit");
      page.plot("Values, " + title, "sine", "share", histograms);
      page.plot("Spectrum along a row, " + title, "cycles a pixel", "dB of all power", spectra);
    }
  }
};

}  // namespace

std::unique_ptr<Study> make_initialisation() { return std::make_unique<Initialisation>(); }

}  // namespace sarinr::study
