// Million pixels a second and thread at which a latent field of a 256x256 tile is evaluated: its window of pixels, as
// many scattered points, and their second derivatives. The best of several rounds.
//   bench_latent_speed [INSTRUCTIONS [LEVELS [CHANNELS [WIDTH]]]]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/field/latent_field.h"

namespace {

constexpr int size = 256;
constexpr std::size_t pixels = std::size_t{size} * size;

double million_a_second(const std::function<void()>& evaluate) {
  double least = 1e9;
  for (int round = 0; round < 50; ++round) {
    const auto start = std::chrono::steady_clock::now();
    evaluate();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return 1e-6 * static_cast<double>(pixels) / least;
}

void measure(const sarinr::LatentShape& shape, const std::string& instructions) {
  sarinr::Random random(1);
  std::vector<float> weights(sarinr::weight_count(sarinr::latent_spec(shape)));
  for (float& weight : weights) weight = static_cast<float>(0.3 * random.normal());
  const sarinr::Extent core{size, size, size, size};
  sarinr::LatentField field(std::make_shared<sarinr::LatentNetwork>(shape, weights, instructions), 3 * size, 3 * size,
                            core);
  sarinr::LatentGrids grids;
  for (int level = 0; level < shape.levels; ++level) {
    for (int c = 0; c < shape.channels; ++c) {
      std::vector<std::int16_t>& plane = grids.symbols.emplace_back(sarinr::nodes_within(core, level).count());
      for (std::int16_t& symbol : plane) symbol = static_cast<std::int16_t>(3 * random.normal());
    }
  }
  field.add(core, grids);
  std::vector<double> x(pixels);
  std::vector<double> y(pixels);
  for (double& at : x) at = size * (1 + random.uniform());
  for (double& at : y) at = size * (1 + random.uniform());
  std::vector<float> out(6 * pixels * static_cast<std::size_t>(shape.channels));
  std::printf("pixels %.1f\n", million_a_second([&] { field.evaluate(core, out.data(), pixels); }));
  std::printf("points %.1f\n",
              million_a_second([&] { field.evaluate(x.data(), y.data(), pixels, out.data(), pixels); }));
  std::printf("derivatives %.1f\n",
              million_a_second([&] { field.differentiate(2, x.data(), y.data(), pixels, out.data(), pixels); }));
}

}  // namespace

int main(int argc, char** argv) {
  sarinr::LatentShape shape;
  if (argc > 2) shape.levels = std::atoi(argv[2]);
  if (argc > 3) shape.channels = std::atoi(argv[3]);
  if (argc > 4) shape.width = std::atoi(argv[4]);
  try {
    sarinr::check(sarinr::latent_spec(shape));
    measure(shape, argc > 1 ? argv[1] : "auto");
  } catch (const sarinr::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
