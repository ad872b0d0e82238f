#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "study/registry.h"
#include "study/workbench.h"

namespace sarinr::study {

namespace {

/// A way to begin a fit. `rate` is a factor on the activation's usual learning rate.
struct Start {
  const char* name;
  const char* initialisation;
  int activation_epochs;
  double rate;
};

constexpr std::array starts{Start{"plain", "siren", 0, 1},
                            Start{"activated", "siren", 20, 1},
                            Start{"scaled", "scaled", 0, 1},
                            Start{"scaled and activated", "scaled", 20, 1},
                            Start{"activated, 10 epochs", "siren", 10, 1},
                            Start{"activated, half the rate", "siren", 20, 0.5}};

const Start& start_named(const std::string& name) {
  for (const Start& start : starts) {
    if (name == start.name) return start;
  }
  return starts[0];
}

/// What `sarinr fit` takes where nothing is said: every start is confirmed at this learning rate too.
constexpr double usual_rate = 2e-3;

/// One network, and how many of the starts it is tried with.
struct Network {
  const char* architecture;
  int width;
  int depth;
  int epochs;
  std::size_t starts;
  int most_seeds;
};

/// The most telling first, so that a run that was stopped has them. Wide and slow networks get fewer epochs, starts and
/// seeds.
std::vector<Network> networks(Size size) {
  if (size == Size::smoke) return {{"siren", 16, 2, 10, 3, 1}};
  if (size == Size::quick) return {{"siren", 64, 3, 200, 3, 3}};
  return {{"siren", 64, 3, 200, 6, 3}, {"siren", 32, 3, 200, 6, 3},  {"siren", 128, 3, 100, 6, 3},
          {"finer", 64, 3, 200, 4, 3}, {"incode", 64, 3, 100, 3, 3}, {"siren", 64, 2, 200, 3, 3},
          {"siren", 256, 3, 60, 3, 1}, {"siren", 32, 2, 200, 3, 3},  {"siren", 128, 2, 100, 3, 3},
          {"siren", 256, 2, 60, 3, 1}, {"finer", 128, 3, 100, 3, 2}};
}

/// Learning rates that are tried.
std::vector<double> rates(Size size, const Network& network) {
  if (size != Size::full) return {2e-3, 4e-3};
  if (network.width >= 128) return {1e-3, 2e-3, 4e-3};
  return {2e-3, 4e-3, 8e-3};
}

std::string title_of(const Network& network) {
  return std::string(network.architecture) + " " + std::to_string(network.width) + " x " +
         std::to_string(network.depth + 1);
}

/// All settings but image and seed.
Json settings_of(const Network& network, const Start& start, double rate) {
  return {{"architecture", network.architecture},
          {"width", network.width},
          {"depth", network.depth},
          {"epochs", network.epochs},
          {"start", start.name},
          {"rate", rate}};
}

Json cell_of(Json settings, const Image& image, int seed) {
  settings["image"] = image.name;
  settings["seed"] = seed;
  return settings;
}

/// The images that choose learning rates and defaults are every second one, from the first; the others confirm.
bool chooses(std::size_t image) { return image % 2 == 0; }

/// The mean figure over the choosing images at a rate; empty as long as one of them is missing, least of all where a
/// fit has failed.
std::optional<double> chosen_mean(const Setting& setting, const Results& results, const Json& settings) {
  double sum = 0;
  int count = 0;
  for (std::size_t i = 0; i < setting.images.size(); ++i) {
    if (!chooses(i)) continue;
    const Json cell = cell_of(settings, setting.images[i], 1);
    if (!results.has(cell)) return std::nullopt;
    const Json* result = results.find(cell);
    sum += result == nullptr ? 0.0 : result->at("psnr_stored").get<double>();
    ++count;
  }
  return sum / count;
}

/// The best rate for a network and a start, once all rates are known.
std::optional<double> best_rate(const Setting& setting, const Results& results, const Network& network,
                                const Start& start) {
  std::optional<double> best;
  double highest = 0;
  for (const double rate : rates(setting.size, network)) {
    const std::optional<double> value = chosen_mean(setting, results, settings_of(network, start, rate));
    if (!value) return std::nullopt;
    if (!best || *value > highest) {
      best = rate;
      highest = *value;
    }
  }
  return best;
}

/// A figure of a start at a rate on one half of the images: the mean over seeds of each image.
std::map<std::string, double> image_means(const Setting& setting, const Results& results, const Json& settings,
                                          const std::string& figure, bool choosing) {
  std::map<std::string, double> means;
  for (std::size_t i = 0; i < setting.images.size(); ++i) {
    if (chooses(i) != choosing) continue;
    Json like = settings;
    like["image"] = setting.images[i].name;
    if (const std::optional<double> value = mean(results.values(like, figure))) {
      means[setting.images[i].name] = *value;
    }
  }
  return means;
}

std::vector<double> all_values(const std::map<std::string, double>& means) {
  std::vector<double> out;
  for (const auto& [image, value] : means) out.push_back(value);
  return out;
}

/// Image by image.
std::vector<double> gains(const std::map<std::string, double>& means, const std::map<std::string, double>& plain) {
  std::vector<double> out;
  for (const auto& [image, value] : means) {
    if (const auto found = plain.find(image); found != plain.end()) out.push_back(value - found->second);
  }
  return out;
}

class Defaults final : public Study {
 public:
  std::string name() const override { return "defaults"; }
  std::string summary() const override {
    return "how a fit should begin: self-activation, a scaled start, both; chosen on half of the images, confirmed on "
           "the other";
  }
  int image_count(Size size) const override { return by_size(size, 2, 4, 8); }
  int seeds(Size size) const override { return by_size(size, 1, 1, 3); }

  std::vector<Json> cells(const Setting& setting, const Results& done) const override {
    std::vector<Json> out;
    for (const Network& network : networks(setting.size)) {
      for (std::size_t s = 0; s < network.starts; ++s) {
        add_choice(setting, network, starts[s], out);
        add_confirmation(setting, done, network, starts[s], out);
      }
      const bool finished = std::all_of(out.begin(), out.end(), [&](const Json& cell) { return done.has(cell); });
      if (!finished) break;
    }
    return out;
  }

  Json compute(const Json& cell, const Setting& setting, Workbench& bench) const override {
    const Image& image = setting.image(cell.at("image"));
    const Start& start = start_named(cell.at("start"));
    FitSetting fit;
    fit.spec = spec_of(cell.at("architecture"), cell.at("width"), cell.at("depth"));
    fit.initialisation = start.initialisation;
    fit.seed = cell.at("seed");
    constexpr int wide = 192;
    fit.activation.epochs = start.activation_epochs;
    fit.activation.learning_rate = start.rate * (fit.spec.width >= wide ? 1e-3 : 2e-3);
    fit.fit.epochs = cell.at("epochs");
    fit.fit.learning_rate = cell.at("rate");
    const FittedImage fitted = bench.fit(image, fit);
    const StoredWeights kept = stored(image, fitted);
    Json result = figures(image, rendered(image, fitted.problem, kept.weights));
    result["psnr_stored"] = psnr(image, fitted.problem, kept.weights);
    result["psnr"] = psnr(image, fitted.problem, fitted.fit.weights);
    result["bytes"] = kept.bytes;
    result["bits_a_weight"] = 8.0 * static_cast<double>(kept.bytes) / static_cast<double>(kept.weights.size());
    return result;
  }

  void present(const Setting& setting, const Results& results, Page& page) const override {
    page.heading("Images");
    std::vector<std::vector<std::string>> images;
    for (std::size_t i = 0; i < setting.images.size(); ++i) {
      const Image& image = setting.images[i];
      images.push_back({image.name, std::to_string(image.width) + " x " + std::to_string(image.height),
                        chooses(i) ? "choose" : "confirm"});
    }
    page.table({"image", "pixels", "half"}, images);
    for (const Network& network : networks(setting.size)) present(setting, results, network, page);
    for (const Image& image : setting.images) {
      std::vector<float> values(image.values.begin(), image.values.end());
      page.picture(image.name, "", image.width, image.height, values);
    }
  }

 private:
  static void add_choice(const Setting& setting, const Network& network, const Start& start, std::vector<Json>& out) {
    for (const double rate : rates(setting.size, network)) {
      for (std::size_t i = 0; i < setting.images.size(); ++i) {
        if (chooses(i)) out.push_back(cell_of(settings_of(network, start, rate), setting.images[i], 1));
      }
    }
  }

  static void add_confirmation(const Setting& setting, const Results& done, const Network& network, const Start& start,
                               std::vector<Json>& out) {
    const std::optional<double> rate = best_rate(setting, done, network, start);
    if (!rate) return;
    for (const double confirmed : std::set<double>{usual_rate, *rate}) {
      for (int seed = 1; seed <= std::min(setting.seeds, network.most_seeds); ++seed) {
        for (std::size_t i = 0; i < setting.images.size(); ++i) {
          if (!chooses(i)) out.push_back(cell_of(settings_of(network, start, confirmed), setting.images[i], seed));
        }
      }
    }
  }

  static void present(const Setting& setting, const Results& results, const Network& network, Page& page) {
    page.heading(title_of(network) + ", " + std::to_string(network.epochs) + " epochs");
    page.paragraph(
        "PSNR in dB, seed 1 on the choosing half, all seeds on the confirming half; gains over plain, mean and "
        "deviation over "
        "images. Stored: weights quantised as sarinr fit does by default. First every start, plain too, at the "
        "learning rate "
        "that is best for it on the choosing half, then all at 0.002.");
    const auto best = [&](const Start& start) { return best_rate(setting, results, network, start); };
    const auto usual = [&](const Start&) { return std::optional(usual_rate); };
    page.table(columns(), rows_of(setting, results, network, best));
    page.table(columns(), rows_of(setting, results, network, usual));
    std::vector<Line> lines;
    for (std::size_t s = 0; s < network.starts; ++s) {
      Line line{starts[s].name, {}};
      for (const double rate : rates(setting.size, network)) {
        const auto value = chosen_mean(setting, results, settings_of(network, starts[s], rate));
        if (value) line.points.emplace_back(std::log2(1000 * rate), *value);
      }
      lines.push_back(std::move(line));
    }
    page.plot(title_of(network) + ": stored PSNR of the choosing half", "log2 of learning rate x 1000", "dB", lines,
              true);
  }

  static std::vector<std::string> columns() {
    return {"start", "rate",          "choose: stored", "gain", "confirm: fitted", "gain", "stored",
            "gain",  "bits a weight", "SSIM",           "KL",   "ENL ratio"};
  }

  /// A row a start at the rate that `rate_of` gives for it, and for plain, which it is compared with.
  template <class RateOf>
  static std::vector<std::vector<std::string>> rows_of(const Setting& setting, const Results& results,
                                                       const Network& network, const RateOf& rate_of) {
    std::vector<std::vector<std::string>> rows;
    for (std::size_t s = 0; s < network.starts; ++s) {
      const std::optional<double> rate = rate_of(starts[s]);
      const std::optional<double> plain_rate = rate_of(starts[0]);
      if (!rate || !plain_rate) continue;
      const Json own = settings_of(network, starts[s], *rate);
      const Json plain = settings_of(network, starts[0], *plain_rate);
      const auto gain = [&](const char* figure, bool choosing) {
        return mean_text(gains(image_means(setting, results, own, figure, choosing),
                               image_means(setting, results, plain, figure, choosing)),
                         2);
      };
      const auto level = [&](const char* figure, bool choosing, int digits) {
        return fixed(mean(all_values(image_means(setting, results, own, figure, choosing))), digits);
      };
      rows.push_back({starts[s].name, fixed(rate, 3), level("psnr_stored", true, 2), gain("psnr_stored", true),
                      level("psnr", false, 2), gain("psnr", false), level("psnr_stored", false, 2),
                      gain("psnr_stored", false), level("bits_a_weight", false, 2), level("ssim", false, 4),
                      level("kl", false, 4), level("enl_ratio", false, 3)});
    }
    return rows;
  }
};

}  // namespace

std::unique_ptr<Study> make_defaults() { return std::make_unique<Defaults>(); }

}  // namespace sarinr::study
