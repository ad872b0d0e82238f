// The products by tiles, on the emulated unit: against double arithmetic, and whole fits against those of the vectors.

#include "fit/tile_kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "field/dense_network.h"
#include "field/packed_network.h"
#include "sarinr/base/error.h"
#include "sarinr/base/random.h"
#include "sarinr/fit/engine.h"

namespace sarinr {
namespace {

double even_of(float cell) {
  return static_cast<double>(std::bit_cast<float>(std::bit_cast<std::uint32_t>(cell) << 16));
}
double odd_of(float cell) {
  return static_cast<double>(std::bit_cast<float>(std::bit_cast<std::uint32_t>(cell) & 0xFFFF0000u));
}
double product(float a, float b) { return even_of(a) * even_of(b) + odd_of(a) * odd_of(b); }

AlignedFloats random_cells(std::size_t count, std::uint64_t seed) {
  AlignedFloats cells = aligned_zeros(count);
  Random random(seed);
  const auto upper = [&] { return std::bit_cast<std::uint32_t>(static_cast<float>(random.normal())) >> 16; };
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t even = upper();
    cells[i] = std::bit_cast<float>(even | upper() << 16);
  }
  return cells;
}

AlignedFloats random_floats(std::size_t count, std::uint64_t seed) {
  AlignedFloats floats = aligned_zeros(count);
  Random random(seed);
  for (std::size_t i = 0; i < count; ++i) floats[i] = static_cast<float>(random.normal());
  return floats;
}

class TileProducts : public testing::TestWithParam<std::size_t> {
 protected:
  // Sums of up to 96 products of normal numbers, of the order of 10, in floats.
  static constexpr double tolerance = 1e-4;
  const PairKernels& kernels_ = *tile_kernels("amx-emulated");
  const std::size_t columns_ = GetParam();
  const std::size_t terms_ = columns_ / 2;
  const PairSession session_{&kernels_};
};

TEST_P(TileProducts, OfRowsBeginWithTheBias) {
  const AlignedFloats a = random_cells(block_pixels * terms_, 1);
  const AlignedFloats b = random_cells(terms_ * columns_, 2);
  const AlignedFloats bias = random_floats(columns_, 3);
  const AlignedFloats out = aligned_zeros(block_pixels * columns_);
  kernels_.multiply(a.get(), b.get(), bias.get(), terms_, columns_, out.get());
  for (std::size_t p = 0; p < block_pixels; ++p) {
    for (std::size_t n = 0; n < columns_; ++n) {
      double expected = static_cast<double>(bias[n]);
      for (std::size_t k = 0; k < terms_; ++k) expected += product(a[p * terms_ + k], b[k * columns_ + n]);
      ASSERT_NEAR(out[p * columns_ + n], expected, tolerance) << p << ", " << n;
    }
  }
}

TEST_P(TileProducts, OfRowsTakeTheSlopesInPlace) {
  const AlignedFloats a = random_cells(block_pixels * terms_, 4);
  const AlignedFloats b = random_cells(terms_ * columns_, 5);
  const AlignedFloats slopes = random_floats(block_pixels * columns_, 6);
  const AlignedFloats out = random_floats(block_pixels * columns_, 6);
  kernels_.multiply_slopes(a.get(), b.get(), out.get(), terms_, columns_, out.get());
  for (std::size_t p = 0; p < block_pixels; ++p) {
    for (std::size_t n = 0; n < columns_; ++n) {
      double expected = 0;
      for (std::size_t k = 0; k < terms_; ++k) expected += product(a[p * terms_ + k], b[k * columns_ + n]);
      expected *= static_cast<double>(slopes[p * columns_ + n]);
      ASSERT_NEAR(out[p * columns_ + n], expected, 4 * tolerance) << p << ", " << n;
    }
  }
}

TEST_P(TileProducts, OfPixelsAddToTheRowsAskedForAndToNoOthers) {
  const AlignedFloats a = random_cells(block_pixels / 2 * columns_, 7);
  const AlignedFloats b = random_cells(block_pixels / 2 * columns_, 8);
  for (const std::size_t rows : {columns_, columns_ - 1, columns_ - 12, std::size_t{17}}) {
    const AlignedFloats start = random_floats(columns_ * columns_, 9);
    const AlignedFloats sums = random_floats(columns_ * columns_, 9);
    kernels_.accumulate(a.get(), rows, b.get(), columns_, sums.get());
    for (std::size_t i = 0; i < columns_; ++i) {
      for (std::size_t n = 0; n < columns_; ++n) {
        double expected = static_cast<double>(start[i * columns_ + n]);
        for (std::size_t q = 0; i < rows && q < block_pixels / 2; ++q) {
          expected += product(a[q * columns_ + i], b[q * columns_ + n]);
        }
        ASSERT_NEAR(sums[i * columns_ + n], expected, i < rows ? tolerance : 0) << rows << ": " << i << ", " << n;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Columns, TileProducts, testing::Values(32, 64, 96));

TEST(TileKernels, NeedASession) {
  const PairKernels& kernels = *tile_kernels("amx-emulated");
  const AlignedFloats zeros = aligned_zeros(block_pixels * 32);
  const AlignedFloats out = aligned_zeros(block_pixels * 32);
  try {
    kernels.multiply(zeros.get(), zeros.get(), zeros.get(), 16, 32, out.get());
    FAIL() << "tiles that were not configured were used";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "tile register 0 is used without being configured");
  }
}

TEST(TileKernels, AreOnlyThoseOfSetsWithTiles) {
  for (const char* name : {"auto", "portable", "avx2"}) EXPECT_EQ(tile_kernels(name), nullptr) << name;
  EXPECT_EQ(&pair_kernels("amx-emulated"), tile_kernels("amx-emulated"));
  EXPECT_FALSE(pair_kernels("amx-emulated").native);
  EXPECT_EQ(pair_kernels("amx-emulated").multiply_adds(2), 2u * 3 * 16 * 16 * 32);
}

FitProblem problem_of(int width, int side) {
  FitProblem problem;
  problem.spec.width = width;
  problem.spec.depth = 2;
  problem.spec.parameters = {30, 30};
  problem.grid_width = problem.grid_height = side;
  problem.start = architecture("siren").initialise(problem.spec, 11);
  return problem;
}

NormalisedTile tile_of(int side, std::uint64_t seed) {
  NormalisedTile tile{side, side, {}, {}};
  Random random(seed);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const bool valid = (x * 7 + y * 3) % 5 > 0;
      const double value = 0.2 * std::sin(0.2 * x + 0.1 * y) + 0.1 * random.normal();
      tile.values.push_back(valid ? static_cast<float>(value) : 0.0f);
      tile.valid.push_back(valid ? 1 : 0);
    }
  }
  return tile;
}

std::vector<TileFit> fit_with(const std::string& instructions, const std::string& precision, int threads,
                              const FitProblem& problem, const std::vector<NormalisedTile>& tiles, int epochs) {
  return make_engine({"cpu", "cpu", threads, instructions, precision}, "siren")
      ->fit(problem, tiles, {epochs, 5e-4, {}}, {});
}

TEST(TileFits, FollowThoseInFloatsAndThoseOfTheVectors) {
  for (const int width : {20, 64}) {
    const FitProblem problem = problem_of(width, 32);
    const std::vector<NormalisedTile> tiles = {tile_of(32, 4)};
    const TileFit half = fit_with("amx-emulated", "bfloat16", 1, problem, tiles, 50)[0];
    const TileFit single = fit_with("auto", "float32", 1, problem, tiles, 50)[0];
    const TileFit vectors = fit_with(instruction_sets().front(), "bfloat16", 1, problem, tiles, 50)[0];
    const double bound = 1e-2 * static_cast<double>(single.losses[0]);
    ASSERT_EQ(half.losses.size(), 50u);
    for (std::size_t e = 0; e < 50; ++e) {
      EXPECT_NEAR(half.losses[e], single.losses[e], bound) << "width " << width << ", epoch " << e;
      EXPECT_NEAR(half.losses[e], vectors.losses[e], bound) << "width " << width << ", epoch " << e;
    }
    EXPECT_NE(half.weights, single.weights) << "nothing was rounded";
    EXPECT_LT(half.losses[49], 0.9f * half.losses[0]) << "nothing was learnt";
  }
}

TEST(TileFits, DependNeitherOnThreadsNorOnTheBatch) {
  // More than one chunk of 2304 pixels, so that threads share a tile.
  const FitProblem problem = problem_of(32, 64);
  const NormalisedTile first = tile_of(64, 4);
  const NormalisedTile second = tile_of(64, 5);
  const std::vector<TileFit> both = fit_with("amx-emulated", "bfloat16", 2, problem, {first, second}, 4);
  const std::vector<float> alone = fit_with("amx-emulated", "bfloat16", 1, problem, {second}, 4)[0].weights;
  const std::vector<float> shared = fit_with("amx-emulated", "bfloat16", 3, problem, {second}, 4)[0].weights;
  EXPECT_EQ(both[1].weights, alone);
  EXPECT_EQ(shared, alone);
  EXPECT_NE(both[0].weights, alone);
}

TEST(TileFits, SayWhatFittedThem) {
  EXPECT_EQ(make_engine({"cpu", "cpu", 1, "amx-emulated", "bfloat16"}, "siren")->description(),
            "cpu, amx-emulated, bfloat16");
  EXPECT_NE(make_engine({"cpu", "cpu", 1, "auto", "float32"}, "siren")->description(), "cpu, amx, float32");
}

}  // namespace
}  // namespace sarinr
