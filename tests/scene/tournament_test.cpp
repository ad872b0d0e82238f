#include "sarinr/scene/tournament.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "scene/memory_raster.h"

namespace sarinr {
namespace {

using test::ComputedRaster;
using test::Silent;

TournamentRequest small_request() {
  TournamentRequest request;
  request.job.spec.width = 16;
  request.job.spec.depth = 1;
  request.job.tile_size = 32;
  request.job.learning_rate = 0;
  request.job.activation.learning_rate = 0;
  request.job.activation.epochs = 4;
  return request;
}

ComputedRaster waves(int width, int height) {
  return {
      width, height, {{Quantity::decibel, PixelType::f32, std::nullopt}}, [](int, int x, int y) -> Sample {
        return {static_cast<float>(-10 + 4 * std::sin(0.4 * x) * std::cos(0.3 * y) + 0.5 * ((x * 7 + y * 3) % 5)), 0};
      }};
}

std::vector<Candidate> hold(ComputedRaster raster, const TournamentRequest& request, int threads = 1) {
  Silent listener;
  return hold_tournament(
      raster, request,
      [&](const std::string& name) {
        return make_engine({"cpu", "cpu", threads}, name);
      },
      listener);
}

TEST(Tournament, PutsTheBestFirstAndThreeIntoTheSecondRound) {
  const std::vector<Candidate> candidates = hold(waves(60, 40), small_request());
  ASSERT_EQ(candidates.size(), architecture_names().size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    EXPECT_EQ(candidates[i].rounds, i < 3 ? 2 : 1) << candidates[i].job.spec.architecture;
    if (i != 0 && i != 3) {
      EXPECT_LE(candidates[i].psnr, candidates[i - 1].psnr);
    }
  }
  // These waves are what networks of sines are for; a plain ReLU network has no chance.
  const bool relu_is_last_but_one = candidates[8].job.spec.architecture == "relu";
  EXPECT_TRUE(relu_is_last_but_one || candidates.back().job.spec.architecture == "relu");
}

TEST(Tournament, CandidatesHaveNoMoreWeightsThanSirenAndTheirOwnSettings) {
  TournamentRequest request = small_request();
  request.parameters["w0-first"] = 20;
  request.job.initialisation = "scaled";
  FieldSpec siren = request.job.spec;
  siren.parameters = {20, 30};
  for (const Candidate& candidate : hold(waves(40, 40), request)) {
    const FieldSpec& spec = candidate.job.spec;
    EXPECT_LE(weight_count(spec), weight_count(siren) + (spec.width == 4 ? 2000 : 0)) << spec.architecture;
    EXPECT_EQ(candidate.job.learning_rate, fit_defaults(spec.architecture).learning_rate) << spec.architecture;
    // A start that was named goes without self-activation.
    EXPECT_EQ(candidate.job.activation.epochs, 0) << spec.architecture;
    const bool sines = spec.architecture == "siren" || spec.architecture == "finer" || spec.architecture == "incode";
    EXPECT_EQ(candidate.job.initialisation, sines ? "scaled" : "siren") << spec.architecture;
    if (sines) {
      EXPECT_EQ(spec.parameters[0], 20) << spec.architecture;
    }
  }
}

TEST(Tournament, CandidatesBeginAsTheyWouldAlone) {
  TournamentRequest request = small_request();
  request.job.initialisation.clear();
  for (const int width : {16, 48}) {
    request.job.spec.width = width;
    for (const Candidate& candidate : hold(waves(40, 40), request)) {
      const bool siren = candidate.job.spec.architecture == "siren";
      EXPECT_EQ(candidate.job.activation.epochs, siren && width == 16 ? 4 : 0) << candidate.job.spec.architecture;
      const bool scaled = siren || candidate.job.spec.architecture == "incode";
      EXPECT_EQ(candidate.job.initialisation, scaled && width == 48 ? "scaled" : "siren");
    }
  }
}

TEST(Tournament, IsTheSameForAnyNumberOfThreads) {
  TournamentRequest request = small_request();
  request.self_activation = true;
  const std::vector<Candidate> one = hold(waves(70, 33), request, 1);
  const std::vector<Candidate> two = hold(waves(70, 33), request, 2);
  EXPECT_EQ(describe(one), describe(two));
  const nlohmann::json found = nlohmann::json::parse(describe(one));
  ASSERT_EQ(found["tournament"].size(), one.size());
  EXPECT_EQ(found["tournament"][0]["arch"], one[0].job.spec.architecture);
  EXPECT_EQ(found["tournament"][0]["rounds"], 2);
  EXPECT_NEAR(found["tournament"][0]["psnr"].get<double>(), one[0].psnr, 0.006);
}

TEST(Tournament, WithoutATileThatNeedsANetworkSirenIsAlone) {
  ComputedRaster flat(60, 40, {BandModel{Quantity::decibel, PixelType::f32, std::nullopt}},
                      [](int, int, int) -> Sample {
                        return {-7, 0};
                      });
  const std::vector<Candidate> candidates = hold(flat, small_request());
  ASSERT_EQ(candidates.size(), 1u);
  EXPECT_EQ(candidates[0].job.spec.architecture, "siren");
  EXPECT_EQ(candidates[0].rounds, 0);
}

}  // namespace
}  // namespace sarinr
