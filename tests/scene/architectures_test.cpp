// Every architecture through the whole of it: fitted, coded, read and rendered.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "scene/memory_raster.h"

namespace sarinr {
namespace {

using test::ComputedRaster;
using test::MemoryRaster;
using test::MemorySink;
using test::Silent;

class ArchitectureScene : public testing::TestWithParam<std::string> {};

double value_at(int x, int y) { return -10 + 4 * std::sin(0.2 * x) * std::cos(0.15 * y) + (x > 25 ? 3 : 0); }

TEST_P(ArchitectureScene, SurvivesItsFile) {
  const BandModel decibel{Quantity::decibel, PixelType::f32, std::nullopt};
  ComputedRaster raster(50, 70, {decibel, decibel}, [](int band, int x, int y) -> Sample {
    return {static_cast<float>(value_at(x, y) - band), 0};
  });
  FitJob job;
  job.spec.architecture = GetParam();
  job.spec.width = 24;
  job.spec.depth = 2;
  job.tile_size = 40;
  job.epochs = 60;
  job.learning_rate = 0;
  job.activation.learning_rate = 0;
  job.activation.epochs = 2;
  complete(job, OptionStyle::command_line);
  MemorySink sink;
  Silent listener;
  fit_raster(
      raster, sink, job,
      [&] {
        return make_engine({"cpu", "cpu", 1}, GetParam());
      },
      listener);
  const std::shared_ptr<FieldFile> file = FieldFile::open(memory_source(sink.data), "test.sinr");
  EXPECT_EQ(file->header().spec.architecture, GetParam());
  EXPECT_EQ(file->header().spec.parameters, job.spec.parameters);
  EXPECT_EQ(file->header().spec.outputs, 2);
  MemoryRaster back(50);
  render_native(*file, back, listener);
  double square = 0;
  for (int y = 0; y < 70; ++y) {
    for (int x = 0; x < 50; ++x) {
      for (int band = 0; band < 2; ++band) {
        const double error = back.at(band, x, y).re - (value_at(x, y) - band);
        square += error * error / (50 * 70 * 2);
      }
    }
  }
  // Values vary by 3 dB about their mean: a field that came back as another one would miss by that.
  EXPECT_LT(std::sqrt(square), GetParam() == "relu" ? 2.0 : 0.9);
}

INSTANTIATE_TEST_SUITE_P(Names, ArchitectureScene, testing::ValuesIn(architecture_names()), [](const auto& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace sarinr
