#include "sarinr/codec/plane.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <string>

#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using Value = std::function<std::int64_t(int, int)>;

IndexPlane plane_of(int width, int height, const Value& value) {
  IndexPlane plane{width, height, {}, {}, false};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) plane.indices.push_back(value(x, y));
  }
  return plane;
}

/// What comes back of planes; fails the test where they do not.
std::vector<IndexPlane> back_from(const Bytes& stream, std::vector<IndexPlane> planes) {
  for (IndexPlane& plane : planes) plane.indices.clear();
  const Result<bool> done = decode_planes(stream, planes);
  EXPECT_TRUE(done);
  return planes;
}

void expect_same(const std::vector<IndexPlane>& planes) {
  const std::vector<IndexPlane> back = back_from(encode_planes(planes), planes);
  for (std::size_t p = 0; p < planes.size(); ++p) {
    for (std::size_t i = 0; i < planes[p].indices.size(); ++i) {
      const bool coded = planes[p].coded.empty() || planes[p].coded[i] != 0;
      ASSERT_EQ(back[p].indices[i], coded ? planes[p].indices[i] : 0) << "plane " << p << ", pixel " << i;
    }
  }
}

/// Independent numbers, whatever the order in which they are asked for.
std::int64_t noise(int x, int y, std::int64_t range) {
  std::mt19937_64 random(static_cast<std::uint64_t>(x) * 65537 + static_cast<std::uint64_t>(y));
  random.discard(3);
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(range));
}

TEST(Planes, ComeBackWhateverTheirShape) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 70}, {70, 1}, {2, 2}, {3, 90}, {37, 29}}) {
    expect_same({plane_of(width, height, [](int x, int y) { return x * y + noise(x, y, 9); })});
  }
}

TEST(Planes, ComeBackWhateverTheirNumbers) {
  const std::int64_t big = (std::int64_t{1} << 32) - 1;
  const std::vector<Value> values = {
      [](int, int) { return -7; },
      [](int x, int) { return x == 20 ? 1 : 0; },
      [](int x, int y) { return noise(x, y, 2) * 1000003 - 5; },
      [=](int x, int y) { return noise(x, y, big); },
      [=](int x, int y) { return (x + y) % 2 == 0 ? -1000 : big - 1001; },
      [](int x, int y) { return noise(x, y, 65536); },
      [](int x, int y) { return (std::int64_t{1} << 45) + noise(x, y, 300); },
      [](int x, int y) { return noise(x, y, 50) == 0 ? 60000 : 3; },
  };
  for (const Value& value : values) {
    for (const bool logarithmic : {false, true}) {
      IndexPlane plane = plane_of(41, 33, value);
      plane.logarithmic = logarithmic;
      expect_same({plane});
    }
  }
}

TEST(Planes, MayHavePixelsThatDoNotMatter) {
  IndexPlane plane = plane_of(50, 40, [](int x, int y) { return 100 + x + noise(x, y, 12); });
  plane.coded.assign(plane.indices.size(), 1);
  for (std::size_t i = 0; i < plane.coded.size(); ++i)
    plane.coded[i] = i % 50 > 20 && noise(static_cast<int>(i), 1, 3) > 0;
  IndexPlane none = plane;
  none.coded.assign(none.coded.size(), 0);
  expect_same({plane, none, plane});
}

/// A logistic plane's entropy is known: ln s + 2 nats for a scale of s steps.
TEST(Planes, OfIndependentNoiseTakeItsEntropy) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(1e-9, 1 - 1e-9);
  constexpr double scale = 6;
  const IndexPlane plane = plane_of(300, 300, [&](int, int) {
    const double u = uniform(random);
    return std::llround(scale * std::log(u / (1 - u)));
  });
  const double entropy = (std::log(scale) + 2) / std::log(2.0);
  const double bits = 8.0 * static_cast<double>(encode_planes({plane}).size()) / 90000;
  EXPECT_GT(bits, entropy - 0.02);
  EXPECT_LT(bits, 1.01 * entropy);
}

TEST(Planes, OfOneValueTakeAFewBytes) {
  EXPECT_LE(encode_planes({plane_of(512, 512, [](int, int) { return 12345; })}).size(), 8U);
}

TEST(Planes, LearnFromThePlaneBefore) {
  const IndexPlane first = plane_of(200, 200, [](int x, int y) { return noise(x, y, 500); });
  IndexPlane second = first;
  for (std::size_t i = 0; i < second.indices.size(); ++i) second.indices[i] += noise(static_cast<int>(i), 7, 4);
  const double one = static_cast<double>(encode_planes({first}).size());
  const double both = static_cast<double>(encode_planes({first, second}).size());
  EXPECT_LT(8 * (both - one) / 40000, 3.0);  // 2 bits of noise, where 9 would be needed alone
}

TEST(Planes, CodeNumbersOfCoarseStepsAsThoseOfFineOnes) {
  const IndexPlane fine = plane_of(100, 100, [](int x, int y) { return noise(x, y, 40); });
  IndexPlane coarse = fine;
  for (std::int64_t& index : coarse.indices) index = 257 * index + 11;
  EXPECT_LE(encode_planes({coarse}).size(), encode_planes({fine}).size() + 4);
}

/// A stream from one machine and the checksum of what it holds: any other machine must read the same.
constexpr const char* frozen_stream =
    "0ac199013c60b9a16da28d22b9326782ff426e05efd4d53e65d43570ec3da54009b5e08ae4ba55a60534e227d7d7c36dd281"
    "19ba2cbd51dbe538f5a03b5b1bcf3fa4170ff0b623aa60269c90b28c57e6fc9f374c934c7b96bdc3e63990c8cc4ead424ced"
    "e6519c5f3aa659c66a09752c224a5195b460edf08fbec0509525e328d1b0774ce3de9f2eebd1be84ecfe9de9494ee13e2bd3"
    "f88f921e41cab0f7550b5dfa2e48ef5d2cbb24d2c81df2927637b7938c9857822ffee47843b6da8cfc05eceac2839a3e0f69"
    "8d3a114d5184cb8b2957a0c56733a3cc40fd5bc158bb7e4266baab5e0cde194373917a832d1b5386f5e59a822e302a112b50"
    "d0c3ba0245fcce8192729ef0e3c1aaf6c89ef4c9a7b0dced507b00a8291e306eeb26503666d527e9ec19cee32b89195ad9f6"
    "3caba0b25f2022903185b7991f57dccffa6d67eded9229bd8a1901e7e4186363bec634bfc9b10c204811f2f40954ac2fce9d"
    "d38859ae97c49de4bcf57872e680124dd75225220e1baeecd2f3689f7f4fa1a3e9f74ee34cf103420ce5d1bd5d6207a68161"
    "40ac40f1f21a595b795b9e1b9facd4ea58790e4d891530431a478f489185a3f24b3ffce1708a453fb8c41381586c5d9c0837"
    "f22c7201d67a94e5c591aa1e6a60b49cd71d9747edb33a62d6a274c52461762e895a5d332e9d9d1b7c48714d9eea2b065534"
    "f323ed17f9e282668b1dd925c8e1b9c5af0f27d60387f9bba5219fddc27bf5d1bc75800d84d911add23c79a90e112b79893e"
    "b1512c609544c8a85424583eb9b6508c7f432464ffb1e0";

TEST(Planes, AreTheSameOnEveryMachine) {
  Bytes stream;
  const std::string digits = frozen_stream;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    stream.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  std::vector<IndexPlane> planes(2, IndexPlane{24, 20, {}, {}, false});
  planes[0].logarithmic = true;
  for (int i = 0; i < 480; ++i) planes[1].coded.push_back(i % 13 != 0 ? 1 : 0);
  ASSERT_TRUE(decode_planes(stream, planes));
  ByteWriter writer;
  for (const IndexPlane& plane : planes) {
    for (const std::int64_t index : plane.indices) writer.u64(static_cast<std::uint64_t>(index));
  }
  EXPECT_EQ(crc32c(writer.view()), 0x1b5eefccu);
}

TEST(Planes, OfTooWideASpanAreRefused) {
  const IndexPlane plane = plane_of(10, 10, [](int x, int) { return x == 0 ? 0 : (std::int64_t{1} << 32) + x; });
  EXPECT_THROW(encode_planes({plane}), Error);
  IndexPlane short_one = plane_of(10, 10, [](int x, int) { return x; });
  short_one.indices.pop_back();
  EXPECT_THROW(encode_planes({short_one}), Error);
}

TEST(DamagedPlanes, GiveNumbersOrFailuresAndNoFault) {
  IndexPlane plane = plane_of(30, 30, [](int x, int y) { return 400 + noise(x, y, 90); });
  plane.logarithmic = true;
  const std::vector<IndexPlane> planes = {plane, plane_of(30, 30, [](int x, int y) { return noise(x, y, 1 << 30); })};
  const Bytes sound = encode_planes(planes);
  std::mt19937 random(3);
  for (int trial = 0; trial < 400; ++trial) {
    Bytes bytes = sound;
    const std::size_t reach = trial % 2 == 0 ? 30 : bytes.size();  // every other one in what says the ranges
    for (int k = 0; k < 1 + trial % 3; ++k) bytes[random() % reach] = static_cast<std::uint8_t>(random());
    if (trial % 5 == 0) bytes.resize(random() % bytes.size());
    std::vector<IndexPlane> back = planes;
    const Result<bool> done = decode_planes(bytes, back);
    if (!done) {
      EXPECT_EQ(done.failure().message, "a plane's range is impossible");
    }
    if (done) {
      EXPECT_EQ(back[1].indices.size(), 900U);
    }
  }
}

}  // namespace
}  // namespace sarinr
