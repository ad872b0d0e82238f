// Million pixels a second of processor time at which a latent field of a 256x256 tile is evaluated: its window of
// pixels, as many scattered points, their second derivatives, and the renderer's native pixels in decibels and as
// amplitudes. The best of several rounds.
//   bench_latent_speed [INSTRUCTIONS [LEVELS [CHANNELS [WIDTH]]]]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/field/latent_field.h"
#include "sarinr/render/renderer.h"

namespace {

constexpr int size = 256;
constexpr std::size_t pixels = std::size_t{size} * size;

double million_a_second(const std::function<void()>& evaluate) {
  double least = 1e9;
  for (int round = 0; round < 50; ++round) {
    const std::clock_t start = std::clock();
    evaluate();
    least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return 1e-6 * static_cast<double>(pixels) / least;
}

class OneField final : public sarinr::FieldSource {
 public:
  explicit OneField(std::shared_ptr<const sarinr::LatentField> latent, int channels)
      : field_(std::make_shared<sarinr::TileField>()) {
    field_->latent = std::move(latent);
    field_->content.masks.resize(static_cast<std::size_t>(channels));
    field_->content.exact.resize(static_cast<std::size_t>(channels));
    field_->content.channels.assign(static_cast<std::size_t>(channels),
                                    {sarinr::ChannelModel::Kind::network, 10, 0.5f});
  }
  std::shared_ptr<const sarinr::TileField> field(int) const override { return field_; }

 private:
  std::shared_ptr<sarinr::TileField> field_;
};

void measure_renderer(const sarinr::LatentShape& shape, const sarinr::Extent& core,
                      const std::shared_ptr<const sarinr::LatentField>& field) {
  for (const sarinr::Quantity quantity : {sarinr::Quantity::decibel, sarinr::Quantity::amplitude}) {
    const std::vector<sarinr::BandModel> bands(static_cast<std::size_t>(shape.channels),
                                               {quantity, sarinr::PixelType::f32, {}});
    const sarinr::Renderer renderer({sarinr::TileGrid(size, size, size, 0), bands, sarinr::latent_spec(shape)},
                                    std::make_shared<OneField>(field, shape.channels));
    std::printf("native %s %.1f\n", std::string(sarinr::name(quantity)).c_str(),
                million_a_second([&] { renderer.native(core); }));
  }
}

void measure(const sarinr::LatentShape& shape, const std::string& instructions) {
  sarinr::Random random(1);
  std::vector<float> weights(sarinr::weight_count(sarinr::latent_spec(shape)));
  for (float& weight : weights) weight = static_cast<float>(0.3 * random.normal());
  const sarinr::Extent core{0, 0, size, size};
  const auto field = std::make_shared<sarinr::LatentField>(
      std::make_shared<sarinr::LatentNetwork>(shape, weights, instructions), size, size, core);
  sarinr::LatentGrids grids;
  for (int level = 0; level < shape.levels; ++level) {
    for (int c = 0; c < shape.channels; ++c) {
      std::vector<std::int16_t>& plane = grids.symbols.emplace_back(sarinr::nodes_within(core, level).count());
      for (std::int16_t& symbol : plane) symbol = static_cast<std::int16_t>(3 * random.normal());
    }
  }
  field->add(core, grids);
  field->complete();
  std::vector<double> x(pixels);
  std::vector<double> y(pixels);
  for (double& at : x) at = size * random.uniform();
  for (double& at : y) at = size * random.uniform();
  std::vector<float> out(6 * pixels * static_cast<std::size_t>(shape.channels));
  std::printf("pixels %.1f\n", million_a_second([&] { field->evaluate(core, out.data(), pixels); }));
  std::printf("points %.1f\n",
              million_a_second([&] { field->evaluate(x.data(), y.data(), pixels, out.data(), pixels); }));
  std::printf("derivatives %.1f\n",
              million_a_second([&] { field->differentiate(2, x.data(), y.data(), pixels, out.data(), pixels); }));
  measure_renderer(shape, core, field);
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
