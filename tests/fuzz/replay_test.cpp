#include <gtest/gtest.h>

#include "fuzz/targets.h"
#include "sarinr/base/random.h"

namespace sarinr::fuzz {
namespace {

Bytes mutated(Bytes bytes, Random& random) {
  const std::size_t changes = 1 + random.bits() % 4;
  for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random.bits() % bytes.size();
    const auto value = static_cast<std::uint8_t>(random.bits());
    switch (random.bits() % 5) {
      case 0:
        bytes[at] = value;
        break;
      case 1:
        bytes[at] ^= static_cast<std::uint8_t>(1u << (value % 8));
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), value % 4 + 1, value);
        break;
      default:
        bytes[at] = value % 2 == 0 ? 0xFF : 0x00;
    }
  }
  return bytes;
}

/// Every target's seeds and mutations of them: what fuzzing would start with.
class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, SeedsKeepEveryPromise) {
  const std::vector<Bytes> seeds = GetParam().seeds();
  ASSERT_FALSE(seeds.empty());
  for (const Bytes& seed : seeds) EXPECT_NO_THROW(GetParam().run(seed));
}

TEST_P(Replay, MutationsKeepEveryPromise) {
  Random random(11);
  for (const Bytes& seed : GetParam().seeds()) {
    for (int i = 0; i < 60; ++i) EXPECT_NO_THROW(GetParam().run(mutated(seed, random)));
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Replay, testing::ValuesIn(targets()),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

}  // namespace
}  // namespace sarinr::fuzz
