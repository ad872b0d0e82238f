// The emulated warp against plain matrices, and the fused kernel's layout.

#include <gtest/gtest.h>

#include <numbers>

#include "field/dense_network.h"
#include "fit/cuda/host_unit.h"
#include "fit/cuda/job_pass.h"
#include "fit/fused_problem.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {
namespace {

using Words = HostUnit::PerLane<std::uint32_t, 4>;
using Sums = HostUnit::PerLane<float, 4>;

TEST(HostUnit, RoundsToBfloat16AsTheFormatDemands) {
  EXPECT_EQ(HostUnit::pack(1.0f, -2.0f), 0xc0003f80u);
  // Halfway between 1 and 1 + 2^-7: to even, down; from 1 + 2^-7: to even, up; just above halfway: up.
  EXPECT_EQ(HostUnit::pack(1 + 0x1p-8f, 1 + 0x3p-8f), 0x3f823f80u);
  EXPECT_EQ(HostUnit::pack(1 + 0x1.0002p-8f, 0), 0x3f81u);
  EXPECT_TRUE(std::isnan(HostUnit::low(HostUnit::pack(std::nanf(""), 0))));
  EXPECT_EQ(HostUnit::high(0xc0003f80u), -2.0f);
}

/// Small whole numbers, which bfloat16 and sums of floats hold exactly.
float entry(int row, int column, int seed) { return static_cast<float>((row * 5 + column * 3 + seed) % 17 - 8); }

/// A 16 x 16 matrix as four blocks: rows 0 to 7 and 8 to 15 of columns 0 to 7, then of columns 8 to 15.
std::vector<std::uint32_t> blocks_of(int seed) {
  std::vector<std::uint32_t> words(4 * block_words);
  for (int row = 0; row < 16; ++row) {
    for (int column = 0; column < 16; column += 2) {
      const int block = 2 * (column / 8) + row / 8;
      words[static_cast<std::size_t>(block * block_words + row % 8 * 4 + column % 8 / 2)] =
          HostUnit::pack(entry(row, column, seed), entry(row, column + 1, seed));
    }
  }
  return words;
}

TEST(HostUnit, MultipliesBlocksAsTheyLie) {
  // Left factor: the blocks in the order of the fragment's registers. Right: B[k][n] = R[n][k], so its own words.
  const std::vector<std::uint32_t> left = blocks_of(1);
  const std::vector<std::uint32_t> right = blocks_of(2);
  Words a;
  Words b;
  HostUnit::load<false>(a, left.data(), {0, 32, 64, 96}, true);
  HostUnit::load<false>(b, right.data(), {0, 64, 32, 96}, true);
  Sums first{};
  Sums second{};
  HostUnit::multiply<0>(first, a, b);
  HostUnit::multiply<2>(second, a, b);
  for (int lane = 0; lane < lanes; ++lane) {
    for (int e = 0; e < 4; ++e) {
      const int row = lane / 4 + 8 * (e / 2);
      const int column = 2 * (lane % 4) + e % 2;
      float sums[2] = {0, 0};
      for (int k = 0; k < 16; ++k) {
        sums[0] += entry(row, k, 1) * entry(column, k, 2);
        sums[1] += entry(row, k, 1) * entry(column + 8, k, 2);
      }
      EXPECT_EQ(first[lane][e], sums[0]) << lane << ", " << e;
      EXPECT_EQ(second[lane][e], sums[1]) << lane << ", " << e;
    }
  }
}

TEST(HostUnit, MultipliesTransposedBlocks) {
  // The sum runs over the rows of both matrices: L^T R.
  const std::vector<std::uint32_t> left = blocks_of(1);
  const std::vector<std::uint32_t> right = blocks_of(2);
  Words a;
  Words b;
  HostUnit::load<true>(a, left.data(), {0, 64, 32, 96}, true);
  HostUnit::load<true>(b, right.data(), {0, 32, 64, 96}, true);
  Sums sums{};
  HostUnit::multiply<2>(sums, a, b);
  for (int lane = 0; lane < lanes; ++lane) {
    for (int e = 0; e < 4; ++e) {
      float sum = 0;
      for (int k = 0; k < 16; ++k) {
        sum += entry(k, lane / 4 + 8 * (e / 2), 1) * entry(k, 8 + 2 * (lane % 4) + e % 2, 2);
      }
      EXPECT_EQ(sums[lane][e], sum) << lane << ", " << e;
    }
  }
}

TEST(HostUnit, ReducesAnglesBeforeTheSine) {
  for (const float t : {0.0f, 0.25f, -0.75f, 1.5f, 33.125f, -1000.5f, 70000.25f}) {
    float sine = 0;
    float cosine = 0;
    HostUnit::sine_cosine(t, sine, cosine);
    const double angle = std::numbers::pi * static_cast<double>(t);
    EXPECT_NEAR(sine, std::sin(angle), 4e-7) << t;
    EXPECT_NEAR(cosine, std::cos(angle), 4e-7) << t;
  }
}

TEST(HostUnit, SumsOverTheLanesOfAColumn) {
  Sums values;
  for (int lane = 0; lane < lanes; ++lane) values[lane] = {static_cast<float>(lane), 1, 0, 0};
  HostUnit::sum_over_rows(values);
  // Lanes 1, 5, ..., 29 hold the same columns.
  EXPECT_EQ(values[5][0], 120.0f);
  EXPECT_EQ(values[31][1], 8.0f);
}

TEST(FusedPlan, FitsTheDevicesItIsMadeFor) {
  for (const int width : {16, 33, 64, 80, 128}) {
    for (const int depth : {0, 1, 3, 8}) {
      for (const std::size_t shared : {std::size_t{101376}, test::ampere_shared_bytes, test::hopper_shared_bytes}) {
        const Plan plan = make_plan(*dense_network(test::spec_of("siren", width, depth, 2)), shared);
        EXPECT_LE(plan.shared_bytes(), shared) << width << " x " << depth;
        EXPECT_GE(plan.warps, 1);
        EXPECT_GE(plan.passes * plan.warps * jobs_of_a_warp(plan.shape.padded), plan.jobs());
        EXPECT_EQ(plan.shape.weights(), static_cast<int>(weight_count(test::spec_of("siren", width, depth, 2))));
      }
    }
  }
}

TEST(FusedPlan, OfTheUsualNetworkFillsAHopperBlockInOnePass) {
  const Plan plan = make_plan(*dense_network(test::spec_of("siren", 64, 3, 1)), test::hopper_shared_bytes);
  EXPECT_EQ(plan.warps, 11);
  EXPECT_EQ(plan.passes, 1);
  EXPECT_TRUE(plan.blocks_in_shared);
  EXPECT_TRUE(plan.small_in_shared);
}

TEST(FusedPlan, OfTheWidestNetworkTakesTurnsAtItsGradient) {
  const Plan plan = make_plan(*dense_network(test::spec_of("siren", 128, 3, 1)), test::hopper_shared_bytes);
  EXPECT_EQ(plan.warps, 4);
  EXPECT_EQ(plan.passes, 4);
  EXPECT_TRUE(plan.blocks_in_shared);
  EXPECT_FALSE(plan.small_in_shared);
}

TEST(FusedPlan, GivesEveryWeightOneJob) {
  const Plan plan = make_plan(*dense_network(test::spec_of("siren", 96, 2, 1)), test::hopper_shared_bytes);
  std::vector<int> owners(static_cast<std::size_t>(plan.shape.depth * plan.row_tiles() * plan.block_columns()));
  for (int index = 0; index < plan.hidden_jobs(); ++index) {
    const Job job = job_of(plan, index);
    ASSERT_EQ(job.kind, JobKind::hidden);
    for (int i = 0; i < job_tiles; ++i) {
      const int tile = ((job.layer - 1) * plan.row_tiles() + job.row) * plan.block_columns() + job.column + i;
      ++owners.at(static_cast<std::size_t>(tile));
    }
  }
  EXPECT_EQ(owners, std::vector<int>(owners.size(), 1));
}

TEST(FusedPlan, RefusesADeviceWithoutRoomForAWarp) {
  try {
    make_plan(*dense_network(test::spec_of("siren", 128, 8, 1)), 48 * 1024);
    FAIL() << "a plan for too little memory";
  } catch (const Error& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "the cuda engine needs more shared memory for a network of width 128 and depth 8 than this device has: give "
        "--engine torch");
  }
}

}  // namespace
}  // namespace sarinr::fused
