#include <gtest/gtest.h>

#include "sarinr/scene/jobs.h"

namespace sarinr {
namespace {

struct Case {
  const char* architecture;
  int width;
  const char* named;  ///< initialisation that the user named; empty: none
  std::optional<bool> asked;
  int epochs;  ///< of the activation that is wanted
  const char* initialisation;
};

class FitStart : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(
    Cases, FitStart,
    testing::Values(Case{"siren", 64, "", std::nullopt, 0, "scaled"}, Case{"siren", 48, "", std::nullopt, 0, "scaled"},
                    Case{"siren", 47, "", std::nullopt, 20, "siren"}, Case{"siren", 64, "", true, 20, "siren"},
                    Case{"siren", 64, "", false, 0, "scaled"}, Case{"siren", 32, "", false, 0, "siren"},
                    Case{"siren", 32, "siren", std::nullopt, 20, "siren"},
                    Case{"siren", 32, "scaled", std::nullopt, 0, "scaled"},
                    Case{"siren", 64, "siren", std::nullopt, 0, "siren"},
                    Case{"siren", 64, "scaled", true, 20, "scaled"}, Case{"wire", 64, "", std::nullopt, 0, "siren"},
                    Case{"incode", 64, "", std::nullopt, 0, "scaled"}, Case{"incode", 32, "", std::nullopt, 0, "siren"},
                    Case{"finer", 64, "", std::nullopt, 0, "siren"}, Case{"wire", 64, "", true, 20, "siren"}));

TEST_P(FitStart, IsWhatIsSaidOrElseWhatSuits) {
  const Case& c = GetParam();
  FitJob job;
  job.spec.architecture = c.architecture;
  job.spec.width = c.width;
  job.initialisation = c.named;
  choose_start(job, c.asked);
  EXPECT_EQ(job.activation.epochs, c.epochs);
  EXPECT_EQ(job.initialisation, c.initialisation);
}

}  // namespace
}  // namespace sarinr
