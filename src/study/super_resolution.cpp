#include <array>
#include <cmath>

#include "sarinr/field/latent_field.h"
#include "sarinr/fit/area.h"
#include "sarinr/fit/latent.h"
#include "study/decimation.h"
#include "study/registry.h"
#include "study/workbench.h"

namespace sarinr::study {

namespace {

constexpr std::array kernels{"bilinear", "cubic", "cubicspline", "lanczos"};

/// What a pixel of the decimated image says of the field.
enum class Reading { centre, area };

/// Where a method is tried: on every image; at x2 and x4 only, because what it decides is decided there, and not in
/// quick runs; on every fifth image.
enum class Trial { everywhere, choice, fifth_image };

/// A way to make a field of the decimated image. Weights of penalties are AreaOptions'.
struct Method {
  const char* name;
  const char* architecture;  ///< or "latent"
  Reading reading;
  double slope_weight;
  double curvature_weight;
  Trial trial;
};

constexpr const char* chosen_method = "siren, areas, curvature 0.03";

constexpr std::array methods{
    Method{"siren, pixels' centres", "siren", Reading::centre, 0, 0, Trial::everywhere},
    Method{"siren, pixels' areas", "siren", Reading::area, 0, 0, Trial::choice},
    Method{chosen_method, "siren", Reading::area, 0, 0.03, Trial::everywhere},
    Method{"siren, areas, slope 0.03, curvature 0.03", "siren", Reading::area, 0.03, 0.03, Trial::choice},
    Method{"siren, areas, slope 0.1, curvature 0.1", "siren", Reading::area, 0.1, 0.1, Trial::choice},
    Method{"finer, pixels' centres", "finer", Reading::centre, 0, 0, Trial::fifth_image},
    Method{"finer, areas, curvature 0.03", "finer", Reading::area, 0, 0.03, Trial::fifth_image},
    Method{"latent, pixels' centres", "latent", Reading::centre, 0, 0, Trial::fifth_image},
    Method{"pemlp, pixels' centres", "pemlp", Reading::centre, 0, 0, Trial::fifth_image},
    Method{"pemlp, areas, curvature 0.03", "pemlp", Reading::area, 0, 0.03, Trial::fifth_image},
    Method{"sl2a, pixels' centres", "sl2a", Reading::centre, 0, 0, Trial::fifth_image},
    Method{"sl2a, areas, curvature 0.03", "sl2a", Reading::area, 0, 0.03, Trial::fifth_image}};

const Method& method_named(const std::string& name) {
  for (const Method& method : methods) {
    if (name == method.name) return method;
  }
  throw Error("a study asks for the method " + name, ErrorKind::internal);
}

/// Published on the photograph `camera` (SIREN report; a network of 3 x 512, 500 epochs at 1e-4): PSNR and SSIM.
struct PublishedRow {
  const char* method;
  std::array<const char*, 3> figures;  ///< of x2, x4, x8
};
constexpr std::array published{
    PublishedRow{"SIREN", {"31.82 / .911", "26.65 / .825", "22.66 / .704"}},
    PublishedRow{"SIREN + positional encoding", {"33.14 / .938", "26.40 / .804", "22.45 / .675"}},
    PublishedRow{"ReLU + positional encoding", {"22.46 / .395", "23.36 / .548", "21.75 / .582"}},
    PublishedRow{"bicubic", {"33.20 / .956", "26.67 / .837", "22.88 / .703"}}};

/// Networks grow with the image, or large photographs would be beyond them.
int width_for(const Image& image) {
  constexpr int most_pixels = 20000;
  return image.width * image.height > most_pixels ? 128 : 64;
}

Json cell_of(const Image& image, int factor, const std::string& kind, const std::string& method, int seed) {
  return {{"image", image.name}, {"factor", factor}, {"kind", kind}, {"method", method}, {"seed", seed}};
}

/// Psnr and ssim against the image, and the PSNR that is left when the mean error, which no method can know, is taken
/// away.
Json scores(const Image& image, const std::vector<float>& values) {
  Json result = figures(image, values);
  const double shift = mean_error(image, values);
  std::vector<float> centred = values;
  for (float& value : centred) value = static_cast<float>(static_cast<double>(value) - shift);
  result["psnr_centred"] = figures(image, centred).at("psnr");
  result["mean_error"] = shift;
  return result;
}

/// The better of a kernel in decibels and in power, by PSNR.
Json kernel_scores(const Image& image, const Image& coarse, int factor, const std::string& kernel,
                   const Upsample& upsample) {
  Json best = scores(image, upsampled(coarse, factor, upsample, kernel, false));
  best["in_power"] = false;
  if (!image.backscatter) return best;
  Json other = scores(image, upsampled(coarse, factor, upsample, kernel, true));
  other["in_power"] = true;
  return other.at("psnr") > best.at("psnr") ? other : best;
}

std::vector<float> latent_values(const Image& coarse, int factor, int steps, std::uint64_t seed,
                                 const StepCallback& step) {
  LatentTarget target;
  target.raster_width = coarse.width;
  target.raster_height = coarse.height;
  target.core = target.region = {0, 0, coarse.width, coarse.height};
  // In standard deviations, as files of latent fields have it, of which a tile's unit is four.
  for (const float value : coarse.tile.values) target.values.push_back(4 * value);
  target.weights = coarse.tile.valid;
  LatentShape shape;
  shape.levels = 6;
  constexpr double fine = 1e-3;
  const LatentTraining training =
      train_latent_networks(*make_latent_engine({.engine = "cpu"}), shape, {target}, {LatentGoal::Kind::lambda, fine},
                            steps, static_cast<double>(coarse.values.size()), seed, [&] { return !step || step(1); });
  const LatentShape& made = training.networks.shape;
  const auto network =
      std::make_shared<const LatentNetwork>(made, dequantise(latent_spec(made), training.networks.weights, nullptr));
  LatentField field(network, coarse.width, coarse.height, target.core);
  field.add(target.core, training.fits.front().grids);
  field.complete();
  std::vector<double> x;
  std::vector<double> y;
  for (int row = 0; row < coarse.height * factor; ++row) {
    for (int column = 0; column < coarse.width * factor; ++column) {
      x.push_back((column + 0.5) / factor);
      y.push_back((row + 0.5) / factor);
    }
  }
  std::vector<float> values(x.size());
  field.evaluate(x.data(), y.data(), x.size(), values.data(), x.size());
  for (float& value : values) {
    value = static_cast<float>(coarse.offset + coarse.scale / 4 * static_cast<double>(value));
  }
  return values;
}

/// The field's values on the grid of `image`.
std::vector<float> network_values(const Image& image, const Image& coarse, int factor, const Method& method,
                                  const FitSetting& setting, Workbench& bench) {
  FitProblem problem = bench.problem(setting, image.width, image.height);
  std::vector<float> weights;
  if (method.reading == Reading::centre) {
    weights = bench.fit(coarse, setting).fit.weights;
  } else {
    AreaOptions options;
    options.samples = factor;
    options.power_exponent = image.backscatter ? coarse.scale * std::log(10) / 10 : 0;
    options.slope_weight = method.slope_weight;
    options.curvature_weight = method.curvature_weight;
    options.epochs = setting.fit.epochs;
    options.learning_rate = setting.fit.learning_rate;
    weights = fit_areas(problem, coarse.tile, options, bench.step()).weights;
  }
  std::vector<float> values = evaluate_tile(problem, image.tile, weights);
  for (float& value : values) value = static_cast<float>(coarse.offset + coarse.scale * static_cast<double>(value));
  return values;
}

/// A picture in a result: two decimals are all that grey levels show.
Json picture_of(const std::vector<float>& values) {
  Json out = Json::array();
  for (const float value : values) out.push_back(std::round(100 * static_cast<double>(value)) / 100);
  return out;
}

constexpr int pictured_factor = 4;

class SuperResolution final : public Study {
 public:
  std::string name() const override { return "super-resolution"; }
  std::string summary() const override {
    return "fields of images that were decimated 2, 4 and 8 times, rendered at full resolution, beside GDAL's kernels";
  }
  int image_count(Size size) const override { return by_size(size, 1, 2, 4); }

  std::vector<Json> cells(const Setting& setting, const Results&) const override {
    std::vector<Json> out;
    const auto add = [&](const char* kind, const char* method, int seed, Trial trial) {
      for (const int factor : factors(setting.size)) {
        if (trial == Trial::choice && factor > 4) continue;
        for (std::size_t i = 0; i < setting.images.size(); ++i) {
          if (trial == Trial::fifth_image && i % 5 != 0) continue;
          out.push_back(cell_of(setting.images[i], factor, kind, method, seed));
        }
      }
    };
    for (const char* kernel : kernels) {
      if (setting.upsample) add("kernel", kernel, 0, Trial::everywhere);
    }
    for (const Method* method : methods_of(setting.size)) {
      for (int seed = 1; seed <= setting.seeds; ++seed) add("field", method->name, seed, method->trial);
    }
    return out;
  }

  Json compute(const Json& cell, const Setting& setting, Workbench& bench) const override {
    const int factor = cell.at("factor");
    const Image image = trimmed(setting.image(cell.at("image")), factors(Size::full).back());
    const Image coarse = decimated(image, factor);
    const std::string name = cell.at("method");
    if (cell.at("kind") == "kernel") return kernel_scores(image, coarse, factor, name, setting.upsample);
    const Method& method = method_named(name);
    std::vector<float> values;
    if (std::string(method.architecture) == "latent") {
      values = latent_values(coarse, factor, by_size(setting.size, 20, 1200, 1200), cell.at("seed"), bench.step());
    } else {
      FitSetting fit;
      fit.spec = spec_of(method.architecture, by_size(setting.size, 16, width_for(image), width_for(image)),
                         by_size(setting.size, 1, 3, 3));
      fit.seed = cell.at("seed");
      fit.fit.epochs = by_size(setting.size, 10, 200, 400);
      fit.fit.learning_rate = fit_defaults(method.architecture).learning_rate;
      values = network_values(image, coarse, factor, method, fit, bench);
    }
    Json result = scores(image, values);
    if (factor == pictured_factor && cell.at("image") == setting.images.front().name) {
      result["picture"] = picture_of(values);
    }
    return result;
  }

  void present(const Setting& setting, const Results& results, Page& page) const override {
    page.paragraph(
        "Each image is averaged over blocks of pixels, of power where it is backscatter; what is left is all that a "
        "method sees. PSNR (dB, over the range of the image) and SSIM are against the image itself. Kernels are "
        "GDAL's on pixels that are areas, the better of decibels and power for each image. Centred: after the mean "
        "error was taken away, which is the bias that the mean of power has against the mean of decibels. Every second "
        "image chooses among methods, the others confirm. Gains are over the best kernel of each image, on the images "
        "that "
        "a method was tried on: siren's on all, the other networks on every fifth.");
    for (const bool backscatter : {true, false}) {
      for (const int factor : factors(setting.size)) present(setting, results, backscatter, factor, page);
    }
    present_published(page);
    present_pictures(setting, results, page);
  }

 private:
  static const std::vector<int>& factors(Size size) {
    static const std::vector<int> few = {2, 4};
    static const std::vector<int> all = {2, 4, 8};
    return size == Size::full ? all : few;
  }

  static std::vector<const Method*> methods_of(Size size) {
    std::vector<const Method*> out;
    for (const Method& method : methods) {
      if (size == Size::full || method.trial != Trial::choice) out.push_back(&method);
    }
    return out;
  }

  /// Of images of one kind: all, or every second one, from the first or from the second.
  enum class Half { all, choosing, confirming };

  static std::vector<const Image*> images_of(const Setting& setting, bool backscatter, Half half) {
    std::vector<const Image*> out;
    std::size_t number = 0;
    for (const Image& image : setting.images) {
      if (image.backscatter != backscatter) continue;
      const bool chooses = number++ % 2 == 0;
      if (half == Half::all || chooses == (half == Half::choosing)) out.push_back(&image);
    }
    return out;
  }

  static std::optional<double> image_mean(const Results& results, const Image& image, int factor,
                                          const std::string& method, const std::string& figure) {
    return mean(results.values({{"image", image.name}, {"factor", factor}, {"method", method}}, figure));
  }

  /// The best kernel's figure on one image, as if it were known which that is.
  static std::optional<double> best_kernel(const Results& results, const Image& image, int factor,
                                           const std::string& figure) {
    std::optional<double> best;
    for (const char* kernel : kernels) {
      const std::optional<double> value = image_mean(results, image, factor, kernel, figure);
      if (value && (!best || *value > *best)) best = value;
    }
    return best;
  }

  static std::optional<double> figure_of(const Results& results, const Image& image, int factor,
                                         const std::string& method, const std::string& figure) {
    if (method.empty()) return best_kernel(results, image, factor, figure);
    return image_mean(results, image, factor, method, figure);
  }

  /// A table's row; `method` empty: the best kernel of each image.
  static std::vector<std::string> row_of(const Setting& setting, const Results& results, bool backscatter, int factor,
                                         const std::string& method) {
    const auto mean_over = [&](Half half, const char* figure, bool gain) {
      std::vector<double> values;
      for (const Image* image : images_of(setting, backscatter, half)) {
        const auto value = figure_of(results, *image, factor, method, figure);
        const auto peer = best_kernel(results, *image, factor, figure);
        if (!value || (gain && !peer)) continue;
        values.push_back(gain ? *value - *peer : *value);
      }
      return mean(values);
    };
    const auto signed_text = [&](Half half, const char* figure) {
      const std::optional<double> value = mean_over(half, figure, true);
      return (value && *value >= 0 ? "+" : "") + fixed(value, 2);
    };
    std::size_t count = 0;
    for (const Image* image : images_of(setting, backscatter, Half::all)) {
      if (figure_of(results, *image, factor, method, "psnr")) ++count;
    }
    return {method.empty() ? "best kernel of each image" : method,
            std::to_string(count),
            fixed(mean_over(Half::all, "psnr", false), 2),
            signed_text(Half::choosing, "psnr"),
            signed_text(Half::confirming, "psnr"),
            fixed(mean_over(Half::all, "psnr_centred", false), 2),
            signed_text(Half::all, "psnr_centred"),
            fixed(mean_over(Half::all, "ssim", false), 4)};
  }

  static void present(const Setting& setting, const Results& results, bool backscatter, int factor, Page& page) {
    const std::vector<const Image*> images = images_of(setting, backscatter, Half::all);
    if (images.empty()) return;
    page.heading(std::string(backscatter ? "Backscatter" : "Photographs and others") + ", x" + std::to_string(factor) +
                 ", " + std::to_string(images.size()) + (images.size() == 1 ? " image" : " images"));
    std::vector<std::string> names;
    if (setting.upsample) names.assign(kernels.begin(), kernels.end());
    if (setting.upsample) names.emplace_back();
    for (const Method* method : methods_of(setting.size)) names.emplace_back(method->name);
    std::vector<std::vector<std::string>> rows;
    for (const std::string& method : names) {
      std::vector<std::string> row = row_of(setting, results, backscatter, factor, method);
      if (row[1] != "0") rows.push_back(std::move(row));
    }
    page.table({"method", "images", "PSNR", "gain: choose", "gain: confirm", "PSNR centred", "gain", "SSIM"}, rows);
    present_images(images, results, factor, page);
  }

  /// Image by image, the best kernel beside the method that the choosing half chose.
  static void present_images(const std::vector<const Image*>& images, const Results& results, int factor, Page& page) {
    std::vector<std::vector<std::string>> rows;
    const std::string method = chosen_method;
    for (const Image* image : images) {
      const auto value = [&](const std::string& of, const char* figure) {
        return fixed(figure_of(results, *image, factor, of, figure), 2);
      };
      rows.push_back({image->name, value("", "psnr"), value(method, "psnr"), value("", "psnr_centred"),
                      value(method, "psnr_centred"), value(method, "mean_error")});
    }
    page.table({"image", "best kernel", method, "best kernel, centred", "centred", "mean error, dB"}, rows);
  }

  static void present_published(Page& page) {
    page.heading("Published: camera, PSNR / SSIM");
    std::vector<std::vector<std::string>> rows;
    for (const PublishedRow& row : published) {
      rows.push_back({row.method, row.figures[0], row.figures[1], row.figures[2]});
    }
    page.table({"method", "x2", "x4", "x8"}, rows);
    page.paragraph(
        "From the SIREN report behind this tool: networks of 3 x 512, 500 epochs at 1e-4, the image read at the "
        "pixels' centres. Of its methods a SIREN that sees a positional encoding is no architecture here. Its SRGAN, "
        "and any other perceptual loss, is out of reach without pretrained weights, which are not part of this tool.");
  }

  static void present_pictures(const Setting& setting, const Results& results, Page& page) {
    const Image image = trimmed(setting.images.front(), factors(Size::full).back());
    page.picture(image.name, "", image.width, image.height,
                 std::vector<float>(image.values.begin(), image.values.end()));
    for (const Method& method : methods) {
      const Json* result = results.find(cell_of(image, pictured_factor, "field", method.name, 1));
      if (result == nullptr || !result->contains("picture")) continue;
      page.picture(method.name, "x" + std::to_string(pictured_factor), image.width, image.height,
                   result->at("picture").get<std::vector<float>>());
    }
  }
};

}  // namespace

std::unique_ptr<Study> make_super_resolution() { return std::make_unique<SuperResolution>(); }

}  // namespace sarinr::study
