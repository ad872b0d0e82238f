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
    "0ac199013c60b9a16da28d22b9326782ff426e05efd4d53e65d43570ec3da54009b5e08a5d896da8546a015d42af5ab4697c"
    "0b7a94295fbac526156d460039f0c5c4df176c0bd216eed6774468f6fb31d15527689c114aa72c52f93c97968f464dd935c9"
    "d2df28b3256783990429b35790174bb84821701067c13556f7f08d5998e50096c7fa3d5eb80ea221835f8a9be929e6d3e31e"
    "48f6e0cc4c0c216263638dca4382bd6af896e3a357fda399a89c071891ec57a1e368bdf35d2c50e472bace5a44d771d725d3"
    "dfa30766c9e651606a955d205247d567e090607e259a5ab862ee5b701c5e5695e6395ee0a1e17d03d1c921a17048c7fe2865"
    "15ea19ad86e72f09c0223064dee6205478660645ce51b4377441c081e565fa9399fe3fa4e3d3b8e77f74caff8e54b337743a"
    "7ed5e44d2b1d5b4339e2b62ad1575be79164415aad8bed306812874e12ddaa6b9d11a1f99e9d2bb1fd9fdf086ef8772a70a5"
    "7dc657e3ac639b61167717f8aaa526612ba9dc91af89ab95210dc25ff66c86007547a11028dec38799fb283966412bc07f07"
    "a888f1d705e547ce4a0a8952e630d09c092448720f1f0e59cc7c11e45ec77631fb028fdfc8ee62f10ebbaf92429e5a4e624d"
    "254e371f031c4e2176489a230d6173ee4aac6f1c9a88e1945a8e8e3fda980184e1cf25f9077eb375ff3f62cfc1739ac9bad0"
    "1ebf48045cd0f03f68d3becb86bea1abdda4c6574bf7007a66a335943e5456df95a51ea10a82bd9cabc1763dcb6db1c0a0d8"
    "33308df38eba47ae813560d3054ece0bf7fc243090e08080";

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
