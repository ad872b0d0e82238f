#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "benchmark/images.h"
#include "benchmark/pixel_file.h"
#include "benchmark/process.h"
#include "sarinr/benchmark/codec.h"
#include "sarinr/benchmark/score.h"

namespace sarinr::benchmark {
namespace {

/// Odd sizes, 12 bits: what is written comes back.
TEST(PixelFile, ComesBack) {
  const ScratchFolder folder;
  GreyPixels pixels{13, 9, 12, {}};
  for (int i = 0; i < 13 * 9; ++i) pixels.codes.push_back(static_cast<std::uint16_t>(37 * i % 4096));
  for (const PixelFormat format : {PixelFormat::pgm, PixelFormat::y4m, PixelFormat::raw}) {
    write_pixels(folder.file("picture"), pixels, format);
    const GreyPixels back = read_pixels(folder.file("picture"), format, 13, 9, 12);
    EXPECT_EQ(back.codes, pixels.codes);
    EXPECT_EQ(back.bits, 12);
  }
}

TEST(PixelFile, ReadsCommentsAndRefusesOtherFiles) {
  const ScratchFolder folder;
  const std::string path = folder.file("a.pgm");
  std::ofstream(path) << "P5\n# by hand\n2 1\n# again\n65535\n" << std::string("\x01\x02\x03\x04", 4);
  EXPECT_THAT(read_pixels(path, PixelFormat::pgm, 2, 1, 16).codes, testing::ElementsAre(0x0102, 0x0304));
  EXPECT_EQ(error_of([&] { read_pixels(path, PixelFormat::pgm, 2, 2, 16); }), path + " is not a picture of 2x2 pixels");
  EXPECT_EQ(error_of([&] { read_pixels(path, PixelFormat::y4m, 2, 1, 12); }), path + " is not a picture of 2x1 pixels");
  EXPECT_EQ(error_of([&] { read_pixels(folder.file("none"), PixelFormat::pgm, 2, 1, 16); }),
            "cannot read " + folder.file("none"));
}

TEST(Process, TellsWhyAProgramFailed) {
  const ScratchFolder folder;
  EXPECT_EQ(error_of([&] {
              run_program({"sh", "-c", "echo first; echo why >&2; exit 3"}, folder.file("log"));
            }),
            "sh failed: why");
  EXPECT_EQ(error_of([&] {
              run_program({"sh", "-c", "kill -9 $$"}, folder.file("log"));
            }),
            "sh failed: it says nothing");
  EXPECT_THAT(error_of([&] { run_program({"sarinr-no-such-program"}, folder.file("log")); }),
              testing::StartsWith("cannot start sarinr-no-such-program: "));
  EXPECT_EQ(find_program("sarinr-no-such-program"), "");
}

TEST(Process, TellsTheMemoryOfTheProgramAlone) {
  const ScratchFolder folder;
  // Far more than a shell takes, so that a figure of this process would show.
  std::vector<char> ballast(std::size_t{64} << 20, 1);
  const ProcessUse use = run_program({"sleep", "0.05"}, folder.file("log"));
  EXPECT_GT(use.memory, 0u);
  EXPECT_LT(use.memory, ballast.size() / 2);
  EXPECT_GE(use.seconds, 0.05);
}

/// Every codec at its starting parameter: the file is a file, and the image comes back recognisably.
class CodecTest : public testing::TestWithParam<std::string> {};

TEST_P(CodecTest, GoesThereAndBack) {
  Codecs codecs = program_codecs(1);
  for (auto& codec : field_codecs({{"cpu", "cpu", 1}, {}})) codecs.push_back(std::move(codec));
  const auto found = std::find_if(codecs.begin(), codecs.end(), [](const auto& c) { return c->name() == GetParam(); });
  ASSERT_NE(found, codecs.end());
  const Codec& codec = **found;
  if (const std::string missing = codec.missing(); !missing.empty()) GTEST_SKIP() << missing;
  const CodingImage image = wavy_image(101, 75, true);
  const QualityParameter parameter = codec.parameter(image);
  const Coding coarse = codec.code(image, parameter.start);
  ASSERT_EQ(coarse.values.size(), image.pixels());
  EXPECT_GT(coarse.bytes, 50u);
  EXPECT_GT(coarse.encode_seconds, 0);
  EXPECT_GT(coarse.decode_seconds, 0);
  // 10 dB waves have a deviation of 5 dB; the noise's is 1.
  const double error = score(image, coarse.values).rmse.value();
  EXPECT_LT(error, 2);
  // Along the slope files grow, and errors shrink.
  const double more =
      parameter.logarithmic ? parameter.start * std::exp(1 / parameter.slope) : parameter.start + 1 / parameter.slope;
  const Coding fine = codec.code(image, parameter.whole ? std::round(more) : more);
  EXPECT_GT(fine.bytes, coarse.bytes);
  EXPECT_LT(score(image, fine.values).rmse.value(), error);
}

INSTANTIATE_TEST_SUITE_P(All, CodecTest,
                         testing::Values("openjpeg", "jpegxl-7", "jpegxl-9", "x265", "avif-2", "avif-0", "siren-60"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace sarinr::benchmark
