#include <cmath>
#include <cstdint>

#include "sarinr/base/error.h"
#include "sarinr/quality/metrics.h"
#include "sarinr/quality/rows.h"
#include "sarinr/radiometry/simulate.h"
#include "sarinr/study/study.h"
#include "scene/prepare.h"
#include "study/study.h"

namespace sarinr::study {

namespace {

constexpr std::uint64_t least_pixels = 64;

}  // namespace

void normalise(Image& image) {
  Moments moments;
  for (const double value : image.values) {
    if (std::isfinite(value)) moments.add(value);
  }
  if (moments.count() < least_pixels) {
    throw Error(image.name + " has " + std::to_string(moments.count()) + " valid pixels here; a study needs " +
                std::to_string(least_pixels) + ": give another image or --window");
  }
  if (!(*moments.variance() > 0)) throw Error(image.name + " is constant: there is nothing to fit");
  image.offset = *moments.mean();
  image.scale = scale_in_deviations * std::sqrt(*moments.variance());
  image.tile = {image.width, image.height, {}, {}};
  for (const double value : image.values) {
    const bool valid = std::isfinite(value);
    image.tile.valid.push_back(valid ? 1 : 0);
    image.tile.values.push_back(valid ? static_cast<float>((value - image.offset) / image.scale) : 0);
  }
}

Image image_of(const std::string& name, const RasterInfo& info, const RasterWindow& window, std::size_t band) {
  const BandModel& model = info.bands.at(band);
  if (model.channels() != 1) {
    throw Error(name + " is " + std::string(sarinr::name(model.quantity)) +
                ": studies take bands of one real number a pixel; give --quantity if it is one");
  }
  Image image;
  image.name = name;
  image.width = window.extent.width;
  image.height = window.extent.height;
  image.backscatter = is_detected(model.quantity);
  const std::vector<Sample>& samples = window.samples.at(band);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool masked = !window.mask.empty() && window.mask[i] == 0;
    double value = no_value;
    if (!masked && classify(model, samples[i]) == PixelClass::valid) to_fit_domain(model, samples[i], &value);
    image.values.push_back(value);
  }
  normalise(image);
  return image;
}

std::vector<Image> simulated_images(int count, int size) {
  std::vector<Image> images;
  for (int i = 0; i < count; ++i) {
    SceneOptions options;
    options.width = size;
    options.height = size;
    options.looks = i % 2 == 0 ? 1 : 4;
    options.quantity = Quantity::decibel;
    options.type = PixelType::f32;
    options.seed = static_cast<std::uint64_t>(i) + 1;
    const SceneSimulator simulator(options);
    RasterInfo info;
    info.width = size;
    info.height = size;
    info.bands = {simulator.band()};
    RasterWindow window;
    window.extent = {0, 0, size, size};
    simulator.read(window.extent, window.samples);
    const std::string name = "simulated " + std::to_string(i + 1) + ", " + std::to_string(options.looks) +
                             (options.looks == 1 ? " look" : " looks");
    images.push_back(image_of(name, info, window, 0));
  }
  return images;
}

}  // namespace sarinr::study
