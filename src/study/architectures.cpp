#include <array>
#include <cmath>
#include <map>

#include "study/registry.h"
#include "study/workbench.h"

namespace sarinr::study {

namespace {

/// An architecture as the study takes it: its own numbers, but for those named.
struct Entry {
  std::string name;
  std::string architecture;
  std::map<std::string, float> parameters;
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {{"siren", "siren", {}},
                                         {"finer", "finer", {}},
                                         {"incode", "incode", {}},
                                         {"mfn-fourier", "mfn-fourier", {}},
                                         {"mfn-gabor", "mfn-gabor", {}},
                                         {"sl2a", "sl2a", {}},
                                         {"wire", "wire", {}},
                                         {"gauss", "gauss", {}},
                                         {"pemlp", "pemlp", {}},
                                         {"relu", "relu", {}},
                                         {"sl2a, rank 16", "sl2a", {{"low-rank", 16.0f}}},
                                         {"sl2a, no skip product", "sl2a", {{"skip-product", 0.0f}}}};
  return all;
}

/// SL2A's table at the sizes of its paper but for the degree: 512 was the paper's, 256 is what fits its weight counts
/// best (329 k of the 461 k and 182 k of the 190 k that it gives).
const std::vector<Entry>& paper_entries() {
  static const std::vector<Entry> all = {
      {"siren", "siren", {}},
      {"gauss", "gauss", {}},
      {"mfn-fourier", "mfn-fourier", {}},
      {"pemlp", "pemlp", {}},
      {"incode", "incode", {}},
      {"sl2a", "sl2a", {{"chebyshev-degree", 256.0f}}},
      {"sl2a, rank 32", "sl2a", {{"chebyshev-degree", 256.0f}, {"low-rank", 32.0f}}},
      {"sl2a, half as wide", "sl2a", {{"chebyshev-degree", 256.0f}}},
      {"sl2a, no skip product", "sl2a", {{"chebyshev-degree", 256.0f}, {"skip-product", 0.0f}}}};
  return all;
}

/// Published beside them: plant and castle of DIV2K, reduced to 510x342, 500 epochs; PSNR / SSIM.
struct PublishedRow {
  const char* name;
  const char* weights;
  const char* plant;
  const char* castle;
};
constexpr std::array published{PublishedRow{"siren", "-", "38.21 / .9588", "30.54 / .8723"},
                               PublishedRow{"gauss", "-", "41.51 / .9724", "28.29 / .8348"},
                               PublishedRow{"mfn-fourier", "-", "39.64 / .9710", "31.24 / .8905"},
                               PublishedRow{"pemlp", "-", "45.85 / .9814", "34.05 / .9277"},
                               PublishedRow{"incode", "-", "38.42 / .9814", "35.86 / .9277"},
                               PublishedRow{"sl2a", "461 k", "54.58 / .9922", "46.84 / .9920"},
                               PublishedRow{"sl2a, rank 32", "190 k", "48.02 / .9844", "37.93 / .9611"},
                               PublishedRow{"sl2a, half as wide", "181 k", "46.72 / .9826", "36.37 / .9399"},
                               PublishedRow{"sl2a, no skip product", "-", "51.43", "45.35"}};

FieldSpec spec_of(const Entry& entry, int width, int depth) {
  FieldSpec spec = study::spec_of(entry.architecture, width, depth);
  const std::vector<ParameterInfo> known = architecture(entry.architecture).parameters();
  for (std::size_t i = 0; i < known.size(); ++i) {
    const auto said = entry.parameters.find(known[i].name);
    if (said != entry.parameters.end()) spec.parameters[i] = said->second;
  }
  check(spec);
  return spec;
}

/// The largest width whose weights are at most those of siren at `width`; at least the architecture's least.
int width_within(const Entry& entry, int width, int depth) {
  const std::size_t most = weight_count(study::spec_of("siren", width, depth));
  int best = architecture(entry.architecture).least_width();
  while (best < 512 && weight_count(spec_of(entry, best + 1, depth)) <= most) ++best;
  return best;
}

/// The parts of the study; `size` is siren's width that the part's networks are held against.
struct Part {
  std::string name;
  int size;
  int depth;
  int epochs;
};

Json cell_of(const Part& part, const Entry& entry, const Image& image, int seed) {
  return {{"part", part.name},     {"size", part.size},   {"depth", part.depth}, {"epochs", part.epochs},
          {"network", entry.name}, {"image", image.name}, {"seed", seed}};
}

constexpr const char* equal_widths = "equal widths";
constexpr const char* equal_weights = "equal weights";
constexpr const char* published_sizes = "published sizes";

Part part_of(const std::string& name, Size size, int width) {
  const bool paper = name == published_sizes;
  return {name, by_size(size, 12, width, width), by_size(size, 1, 3, 3), by_size(size, 10, 100, paper ? 100 : 200)};
}

const std::vector<Entry>& entries_of(const std::string& part) {
  return part == published_sizes ? paper_entries() : entries();
}

constexpr int usual_width = 64;
constexpr int published_width = 256;

/// Siren's widths of the part on sizes; the usual one stands in `equal weights` already.
std::vector<int> sizes(Size size) {
  if (size == Size::smoke) return {};
  return by_size<std::vector<int>>(size, {}, {16, 32}, {16, 32, 128});
}

bool takes_part_in_sizes(const Entry& entry) {
  return entry.name == "siren" || entry.name == "finer" || entry.name == "mfn-fourier" || entry.name == "sl2a" ||
         entry.name == "pemlp";
}

class Architectures final : public Study {
 public:
  std::string name() const override { return "architectures"; }
  std::string summary() const override {
    return "every architecture on images at equal epochs: equal widths, equal weights, sizes, and SL2A's own table";
  }
  int image_count(Size size) const override { return by_size(size, 1, 2, 4); }

  std::vector<Json> cells(const Setting& setting, const Results&) const override {
    std::vector<Json> out;
    add_part(setting, part_of(equal_widths, setting.size, usual_width), out);
    add_part(setting, part_of(equal_weights, setting.size, usual_width), out);
    for (const int width : sizes(setting.size)) add_part(setting, part_of(equal_weights, setting.size, width), out);
    if (setting.size == Size::full) add_part(setting, part_of(published_sizes, setting.size, published_width), out);
    return out;
  }

  Json compute(const Json& cell, const Setting& setting, Workbench& bench) const override {
    const Image& image = setting.image(cell.at("image"));
    const Part part{cell.at("part"), cell.at("size"), cell.at("depth"), cell.at("epochs")};
    const Entry& entry = entry_named(part.name, cell.at("network"));
    FitSetting fit;
    fit.spec = spec_of(entry, width_of(part, entry), part.depth);
    fit.seed = cell.at("seed");
    fit.fit.epochs = part.epochs;
    fit.fit.learning_rate = fit_defaults(entry.architecture).learning_rate;
    const FittedImage fitted = bench.fit(image, fit);
    Json result = figures(image, rendered(image, fitted.problem, fitted.fit.weights));
    result["width"] = fit.spec.width;
    result["weights"] = fitted.fit.weights.size();
    result["operations"] = operations_per_pixel(fit.spec);
    if (fit.seed == 1) result["curve"] = psnr_curve(image, fitted.fit.losses);
    return result;
  }

  void present(const Setting& setting, const Results& results, Page& page) const override {
    page.paragraph(
        "Full-batch Adam with half a cosine, each architecture at its learning rate and numbers of sarinr fit, first "
        "weights drawn and not self-activated, weights as fitted (not quantised). PSNR in dB over the range of the "
        "image. Weights and multiply-adds are of one tile's network and one pixel.");
    for (const bool backscatter : {true, false}) {
      present_part(setting, results, part_of(equal_widths, setting.size, usual_width), backscatter, page);
      present_part(setting, results, part_of(equal_weights, setting.size, usual_width), backscatter, page);
      present_sizes(setting, results, backscatter, page);
    }
    if (setting.size == Size::full) present_published(setting, results, page);
  }

 private:
  static void add_part(const Setting& setting, const Part& part, std::vector<Json>& out) {
    const bool usual = part.size == part_of(part.name, setting.size, usual_width).size;
    for (const Image& image : setting.images) {
      if (part.name == published_sizes && image.backscatter) continue;
      for (const Entry& entry : entries_of(part.name)) {
        if (part.name == equal_weights && !usual && !takes_part_in_sizes(entry)) continue;
        for (int seed = 1; seed <= (part.name == published_sizes ? 1 : setting.seeds); ++seed) {
          out.push_back(cell_of(part, entry, image, seed));
        }
      }
    }
  }

  static const Entry& entry_named(const std::string& part, const std::string& name) {
    for (const Entry& entry : entries_of(part)) {
      if (entry.name == name) return entry;
    }
    throw Error("a study asks for the network " + name, ErrorKind::internal);
  }

  static int width_of(const Part& part, const Entry& entry) {
    if (part.name == equal_weights) return width_within(entry, part.size, part.depth);
    return entry.name == "sl2a, half as wide" ? part.size / 2 : part.size;
  }

  static bool has_images(const Setting& setting, bool backscatter) {
    for (const Image& image : setting.images) {
      if (image.backscatter == backscatter) return true;
    }
    return false;
  }

  /// A figure of the network of a part, all seeds of all images of that kind, in the images' order.
  static std::vector<double> values_of(const Setting& setting, const Results& results, const Part& part,
                                       const Entry& entry, bool backscatter, const std::string& figure) {
    std::vector<double> out;
    for (const Image& image : setting.images) {
      if (image.backscatter != backscatter) continue;
      Json like = cell_of(part, entry, image, 1);
      like.erase("seed");
      for (const double value : results.values(like, figure)) out.push_back(value);
    }
    return out;
  }

  static void present_part(const Setting& setting, const Results& results, const Part& part, bool backscatter,
                           Page& page) {
    if (!has_images(setting, backscatter)) return;
    page.heading((backscatter ? "Backscatter, " : "Photographs and others, ") + part.name + ", " +
                 std::to_string(part.epochs) + " epochs");
    std::vector<std::string> columns = {"network", "width", "weights", "multiply-adds", "PSNR", "SSIM"};
    for (const Image& image : setting.images) {
      if (image.backscatter == backscatter) columns.push_back(image.name);
    }
    std::vector<std::vector<std::string>> rows;
    for (const Entry& entry : entries()) {
      const auto level = [&](const char* figure, int digits) {
        return fixed(mean(values_of(setting, results, part, entry, backscatter, figure)), digits);
      };
      std::vector<std::string> row = {entry.name,       level("width", 0), level("weights", 0), level("operations", 0),
                                      level("psnr", 2), level("ssim", 4)};
      for (const Image& image : setting.images) {
        if (image.backscatter != backscatter) continue;
        Json like = cell_of(part, entry, image, 1);
        like.erase("seed");
        row.push_back(mean_text(results.values(like, "psnr"), 2));
      }
      rows.push_back(std::move(row));
    }
    page.table(columns, rows);
    plot_curves(setting, results, part, backscatter, page);
  }

  static void plot_curves(const Setting& setting, const Results& results, const Part& part, bool backscatter,
                          Page& page) {
    for (const Image& image : setting.images) {
      if (image.backscatter != backscatter) continue;
      std::vector<Line> lines;
      for (const Entry& entry : entries()) {
        const Json* result = results.find(cell_of(part, entry, image, 1));
        if (result != nullptr) lines.push_back({entry.name, curve(result->at("curve"))});
      }
      page.plot(image.name + ", " + part.name, "epoch", "PSNR, dB", lines);
    }
  }

  static void present_sizes(const Setting& setting, const Results& results, bool backscatter, Page& page) {
    if (!has_images(setting, backscatter) || sizes(setting.size).empty()) return;
    std::vector<int> widths = sizes(setting.size);
    widths.push_back(usual_width);
    std::sort(widths.begin(), widths.end());
    page.heading(std::string(backscatter ? "Backscatter" : "Photographs and others") + ", sizes");
    page.paragraph("Mean PSNR of networks with as many weights as siren has at a width, and the width that they have.");
    std::vector<std::string> columns = {"network"};
    for (const int width : widths) {
      columns.push_back(std::to_string(weight_count(study::spec_of("siren", width, 3))) + " weights");
    }
    std::vector<std::vector<std::string>> rows;
    std::vector<Line> lines;
    for (const Entry& entry : entries()) {
      if (!takes_part_in_sizes(entry)) continue;
      std::vector<std::string> row = {entry.name};
      Line line{entry.name, {}};
      for (const int width : widths) {
        const Part part = part_of(equal_weights, setting.size, width);
        const auto psnr = mean(values_of(setting, results, part, entry, backscatter, "psnr"));
        const auto weights = mean(values_of(setting, results, part, entry, backscatter, "weights"));
        row.push_back(fixed(psnr, 2) + " (" + std::to_string(width_of(part, entry)) + ")");
        if (psnr && weights) line.points.emplace_back(std::log2(*weights), *psnr);
      }
      rows.push_back(std::move(row));
      lines.push_back(std::move(line));
    }
    page.table(columns, rows);
    page.plot("PSNR by size", "log2 of weights", "dB", lines, true);
  }

  static void present_published(const Setting& setting, const Results& results, Page& page) {
    if (!has_images(setting, false)) return;
    const Part part = part_of(published_sizes, setting.size, published_width);
    page.heading("SL2A's table, " + std::to_string(part.epochs) + " epochs");
    page.paragraph(
        "Ours on the images given, networks of " + std::to_string(published_width) + " neurons, depth " +
        std::to_string(part.depth) +
        ", SL2A's polynomials of degree 256; published on two photographs of DIV2K (plant, castle), "
        "reduced to 510x342, 500 epochs, degree 512, its own learning rates and a decay by ten: levels do not "
        "compare, orders do.");
    std::vector<std::vector<std::string>> rows;
    for (const PublishedRow& row : published) {
      const Entry& entry = entry_named(published_sizes, row.name);
      const auto level = [&](const char* figure, int digits) {
        return fixed(mean(values_of(setting, results, part, entry, false, figure)), digits);
      };
      rows.push_back(
          {row.name, level("weights", 0), level("psnr", 2), level("ssim", 4), row.weights, row.plant, row.castle});
    }
    page.table({"network", "weights", "PSNR", "SSIM", "published: weights", "plant", "castle"}, rows);
  }
};

}  // namespace

std::unique_ptr<Study> make_architectures() { return std::make_unique<Architectures>(); }

}  // namespace sarinr::study
