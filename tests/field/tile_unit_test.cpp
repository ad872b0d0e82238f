// The emulated tiles against Intel's definition, and the check that real ones must pass before they are used.

#include "field/tile_unit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <thread>
#include <vector>

#include "field/amx_tiles.h"
#include "field/layer_kernels.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

/// Two numbers that bfloat16 holds, in one cell.
float cell_of(float even, float odd) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(even) >> 16 |
                              (std::bit_cast<std::uint32_t>(odd) & 0xFFFF0000u));
}

double even_of(float cell) {
  return static_cast<double>(std::bit_cast<float>(std::bit_cast<std::uint32_t>(cell) << 16));
}
double odd_of(float cell) {
  return static_cast<double>(std::bit_cast<float>(std::bit_cast<std::uint32_t>(cell) & 0xFFFF0000u));
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    return error.what();
  }
  return "no error";
}

TEST(EmulatedTiles, MultiplyMatricesOfPairs) {
  constexpr std::size_t rows = 7;
  constexpr std::size_t terms = 11;
  constexpr std::size_t columns = 5;
  const TileProbe probe;
  const float* a = probe.cells.data();
  const float* b = a + 500;
  EmulatedTiles::configure({{{rows, columns}, {rows, terms}, {terms, columns}}});
  EmulatedTiles::load<0>(probe.numbers.data(), 0);
  EmulatedTiles::load<1>(a, 20);
  EmulatedTiles::load<2>(b, 30);
  EmulatedTiles::dot<0, 1, 2>();
  std::vector<float> out(rows * 8, -1.0f);
  EmulatedTiles::store<0>(out.data(), 8);
  EmulatedTiles::release();
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < columns; ++n) {
      double expected = static_cast<double>(probe.numbers[n]);
      for (std::size_t k = 0; k < terms; ++k) {
        expected += even_of(a[m * 20 + k]) * even_of(b[k * 30 + n]) + odd_of(a[m * 20 + k]) * odd_of(b[k * 30 + n]);
      }
      EXPECT_NEAR(out[m * 8 + n], expected, 1e-5) << m << ", " << n;
    }
    for (std::size_t n = columns; n < 8; ++n) EXPECT_EQ(out[m * 8 + n], -1.0f) << "the store was too wide";
  }
}

/// `start` and the sum of the pairs' products, all by ones, through one tile of a single number.
float sum_of(float start, const std::vector<float>& cells) {
  const std::vector<float> ones(cells.size(), cell_of(1, 1));
  EmulatedTiles::configure({{{1, 1}, {1, cells.size()}, {cells.size(), 1}}});
  EmulatedTiles::load<0>(&start, 1);
  EmulatedTiles::load<1>(cells.data(), cells.size());
  EmulatedTiles::load<2>(ones.data(), 1);
  EmulatedTiles::dot<0, 1, 2>();
  float sum = 0;
  EmulatedTiles::store<0>(&sum, 1);
  EmulatedTiles::release();
  return sum;
}

TEST(EmulatedTiles, AddInTheDocumentedOrder) {
  // Even numbers: 2^24 + 1 rounds to 2^24, less 2^24 is 0. Odd ones by themselves: 0.5. Only then the start.
  EXPECT_EQ(sum_of(1, {cell_of(0x1p24f, 0.5f), cell_of(1, 0), cell_of(-0x1p24f, 0)}), 1.5f);
  EXPECT_EQ(sum_of(1, {cell_of(0x1p24f, 0.5f), cell_of(-0x1p24f, 0), cell_of(1, 0)}), 2.5f);
  EXPECT_EQ(sum_of(-0x1p24f, {cell_of(0x1p24f, 1)}), 0.0f);
}

TEST(EmulatedTiles, TakeNumbersBelowTheLeastNormalOneForZero) {
  EXPECT_EQ(sum_of(0, {cell_of(0x1p-126f, 0)}), 0x1p-126f);
  EXPECT_EQ(sum_of(0, {cell_of(0x1p-127f, 0x1p-127f)}), 0.0f) << "factors";
  EXPECT_EQ(sum_of(0, {cell_of(0x1.8p-126f, 0), cell_of(-0x1p-126f, 0)}), 0.0f) << "sums of products";
  EXPECT_EQ(sum_of(0, {cell_of(0x1.8p-126f, -0x1p-126f)}), 0.0f) << "the sum of both";
  EXPECT_EQ(sum_of(-0x1p-126f, {cell_of(0x1.8p-126f, 0)}), 0.0f) << "results";
  EXPECT_EQ(sum_of(0x1p-127f, {cell_of(0x1p-126f, 0)}), 0x1p-126f) << "starts";
}

TEST(EmulatedTiles, EveryThreadConfiguresItsOwn) {
  EmulatedTiles::configure({{{1, 1}}});
  std::string elsewhere;
  std::thread([&] { elsewhere = message_of([] { EmulatedTiles::zero<0>(); }); }).join();
  EXPECT_EQ(elsewhere, "tile register 0 is used without being configured");
  EXPECT_EQ(message_of([] { EmulatedTiles::zero<0>(); }), "no error");
  EXPECT_EQ(message_of([] { EmulatedTiles::zero<5>(); }), "tile register 5 is used without being configured");
  EmulatedTiles::release();
  EXPECT_EQ(message_of([] { EmulatedTiles::zero<0>(); }), "tile register 0 is used without being configured");
}

TEST(EmulatedTiles, RefuseShapesThatDoNotFit) {
  EmulatedTiles::configure({{{4, 4}, {4, 3}, {4, 4}}});
  EXPECT_EQ(message_of([] { EmulatedTiles::dot<0, 1, 2>(); }), "tile registers 0, 1 and 2 do not fit one product");
  EmulatedTiles::release();
}

// Units that a processor might turn out to have.

struct Forgets : EmulatedTiles {
  template <int sum, int left, int right>
  static void dot() {
    zero<sum>();
    EmulatedTiles::dot<sum, left, right>();
  }
};

struct IgnoresStrides : EmulatedTiles {
  template <int tile>
  static void load(const float* first, std::size_t) {
    EmulatedTiles::load<tile>(first, tile_rows);
  }
};

struct NeverZero : EmulatedTiles {
  template <int tile>
  static void zero() {}
};

struct KeepsNothing : EmulatedTiles {
  template <int tile>
  static void store(float*, std::size_t) {}
};

struct GivesNaN : EmulatedTiles {
  template <int tile>
  static void store(float* first, std::size_t stride) {
    EmulatedTiles::store<tile>(first, stride);
    *first = std::numeric_limits<float>::quiet_NaN();
  }
};

TEST(TileUnit, TheCheckAcceptsTheDefinitionAndNothingElse) {
  EXPECT_TRUE(multiplies_as_defined<EmulatedTiles>());
  EXPECT_FALSE(multiplies_as_defined<Forgets>());
  EXPECT_FALSE(multiplies_as_defined<IgnoresStrides>());
  EXPECT_FALSE(multiplies_as_defined<NeverZero>());
  EXPECT_FALSE(multiplies_as_defined<KeepsNothing>());
  EXPECT_FALSE(multiplies_as_defined<GivesNaN>());
}

TEST(AmxTiles, AreOfferedExactlyWhereTheyWork) {
  const std::vector<std::string> sets = instruction_sets();
  EXPECT_EQ(std::count(sets.begin(), sets.end(), "amx"), amx_obstacle().empty() ? 1 : 0);
  EXPECT_EQ(std::count(sets.begin(), sets.end(), "amx-emulated"), 0);
  if (amx_obstacle().empty()) {
    EXPECT_EQ(&layer_kernels("amx"), &layer_kernels("avx512"));
    return;
  }
  try {
    layer_kernels("amx");
    FAIL() << "amx was accepted";
  } catch (const Error& error) {
    const std::string begin = "this machine cannot use the instruction set 'amx' (" + amx_obstacle() + "): it has auto";
    EXPECT_TRUE(std::string(error.what()).starts_with(begin)) << error.what();
  }
}

}  // namespace
}  // namespace sarinr
