#include "fit/cuda/self_check.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "field/dense_network.h"
#include "fit/cuda/emulated_device.h"
#include "fit/cuda/latent_tile.h"
#include "fit/cuda/point_evaluator.h"
#include "fit/cuda/tile_group.h"
#include "fit/latent_training.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

constexpr int columns = 23;
constexpr int rows = 17;

FieldSpec spec_of(const std::string& name, int width) {
  FieldSpec spec;
  spec.architecture = name;
  spec.width = width;
  spec.depth = 2;
  spec.outputs = 2;
  for (const ParameterInfo& parameter : architecture(name).parameters()) {
    spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  return spec;
}

FitProblem small_problem(int width) {
  FitProblem problem;
  problem.spec = spec_of("siren", width);
  problem.grid_width = columns;
  problem.grid_height = rows;
  problem.start = architecture("siren").initialise(problem.spec, 1);
  return problem;
}

NormalisedTile small_tile() {
  NormalisedTile tile{columns, rows, {}, {}};
  Random random(2);
  for (int i = 0; i < 2 * columns * rows; ++i) {
    tile.values.push_back(static_cast<float>(0.25 * random.normal()));
    tile.valid.push_back(i % 5 > 0 ? 1 : 0);
  }
  return tile;
}

std::vector<float> gradient_on(Device& device, const FitProblem& problem) {
  const FitOptions options{1, 1e-3, {}};
  const FitTables tables(device, problem, make_plan(*dense_network(problem.spec), device.shared_bytes()), options);
  TileGroup group(device, tables, 1, false);
  group.load(problem, {small_tile()}, options, 0, 1);
  group.run(1);
  std::vector<float> gradient(problem.start.size());
  device.download(gradient.data(), group.arguments().gradients, gradient.size() * sizeof(float));
  return gradient;
}

std::vector<float> values_on(const OpenDevice& gpu, const FieldSpec& spec) {
  constexpr std::size_t points = 1000;
  std::vector<float> x;
  std::vector<float> y;
  Random random(3);
  for (std::size_t i = 0; i < points; ++i) {
    x.push_back(static_cast<float>(random.uniform(-1, 1)));
    y.push_back(static_cast<float>(random.uniform(-1, 1)));
  }
  const std::vector<float> weights = architecture(spec.architecture).initialise(spec, 1);
  std::vector<float> values(points * static_cast<std::size_t>(spec.outputs));
  make_evaluator_on({gpu}, spec, 1)->evaluate(weights.data(), x.data(), y.data(), points, values.data(), points);
  return values;
}

/// The networks' gradient, tensor by tensor, at the first of two steps of a small tile's latents, and the finest of
/// them after both.
std::vector<std::vector<float>> latent_steps_on(const OpenDevice& gpu) {
  LatentTarget target;
  target.raster_width = columns;
  target.raster_height = rows;
  target.core = target.region = {0, 0, columns, rows};
  Random random(2);
  for (int i = 0; i < 2 * columns * rows; ++i) {
    target.values.push_back(static_cast<float>(random.normal()));
    target.weights.push_back(i % 5 > 0 ? 1 : 0);
  }
  LatentShape shape;
  shape.channels = 2;
  shape.levels = 4;
  const std::unique_ptr<Device> device = gpu();
  const std::unique_ptr<TileTraining> tile = train_on(*device, shape, target);
  std::vector<float> weights = fresh_latent_weights(shape, 1);
  for (float& weight : weights) weight += static_cast<float>(random.uniform(-0.03, 0.03));
  std::vector<float> noise(noise_values);
  for (float& number : noise) number = static_cast<float>(random.uniform(-0.5, 0.5));
  const std::vector<AdamStep> adam(static_cast<std::size_t>(shape.levels), AdamStep{0.1f, 0.9f, 0.999f, 1e3f});
  std::vector<float> gradient;
  tile->begin_steps();
  for (std::uint32_t step = 0; step < 2; ++step) {
    tile->step(weights, {0.3f, noise.data(), step}, 0.1, adam, step == 0 ? &gradient : nullptr);
  }
  std::vector<std::vector<float>> found;
  for (const TensorInfo& tensor : tile->geometry().tensors) {
    const auto begin = gradient.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
    found.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(tensor.size()));
  }
  found.push_back(tile->latents(0, 0));
  return found;
}

/// Sums in another order and the hardware's sines move a gradient by some 1e-4 of its length: now and then a number
/// rounds to the other neighbour in bfloat16.
constexpr double tolerance = 5e-3;

/// The length of the difference over that of what is expected.
double relative_distance(const std::vector<float>& found, const std::vector<float>& expected) {
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(static_cast<double>(found[i]) - static_cast<double>(expected[i]), 2);
    size += std::pow(static_cast<double>(expected[i]), 2);
  }
  return std::sqrt(error / size);
}

}  // namespace

void check_device(Device& device) {
  for (const int width : {32, 64}) {
    const FitProblem problem = small_problem(width);
    const std::unique_ptr<Device> emulated = make_emulated_device(std::size_t{1} << 26, device.shared_bytes());
    const std::vector<float> expected = gradient_on(*emulated, problem);
    const std::vector<float> found = gradient_on(device, problem);
    const double error = relative_distance(found, expected);
    if (error <= tolerance) continue;
    throw Error("the cuda engine's gradient on " + device.name() + " is not what it should be (width " +
                    std::to_string(width) + ", off by " + std::to_string(error) +
                    " of its length): give --engine cpu or --engine torch",
                ErrorKind::internal);
  }
}

void check_evaluation(const OpenDevice& gpu) {
  const std::string name = gpu()->name();
  for (const FieldSpec& spec : {spec_of("siren", 64), spec_of("pemlp", 20)}) {
    const std::size_t shared_bytes = gpu()->shared_bytes();
    const OpenDevice emulated = [&] { return make_emulated_device(std::size_t{1} << 26, shared_bytes); };
    const std::vector<float> expected = values_on(emulated, spec);
    const std::vector<float> found = values_on(gpu, spec);
    const auto [low, high] = std::minmax_element(expected.begin(), expected.end());
    double error = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double off = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
      error = std::isnan(off) ? off : std::max(error, off);
    }
    if (error <= 1e-4 * static_cast<double>(*high - *low)) continue;
    throw Error("fields evaluated on " + name + " are not what they should be (" + spec.architecture + ", off by " +
                    std::to_string(error) + "): give --engine cpu",
                ErrorKind::internal);
  }
}

void check_latents(const OpenDevice& gpu) {
  const std::unique_ptr<Device> device = gpu();
  const std::size_t shared_bytes = device->shared_bytes();
  const OpenDevice emulated = [&] { return make_emulated_device(std::size_t{1} << 26, shared_bytes); };
  const std::vector<std::vector<float>> found = latent_steps_on(gpu);
  const std::vector<std::vector<float>> expected = latent_steps_on(emulated);
  double error = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double own = relative_distance(found[i], expected[i]);
    error = std::isnan(own) ? own : std::max(error, own);
  }
  // Products are of floats here, but a step of Adam takes small gradients for large ones.
  if (error <= 1e-3) return;
  throw Error("latent fields fitted on " + device->name() + " are not what they should be (off by " +
                  std::to_string(error) + " of their length): give --engine cpu",
              ErrorKind::internal);
}

}  // namespace sarinr::fused
