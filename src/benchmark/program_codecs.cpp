#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "benchmark/pixel_file.h"
#include "benchmark/process.h"
#include "sarinr/base/error.h"
#include "sarinr/benchmark/codec.h"

namespace sarinr::benchmark {

namespace {

using Command = std::vector<std::string>;

/// One run of an encoder or a decoder.
struct Run {
  std::string input;
  std::string output;
  int width = 0;
  int height = 0;
  int threads = 1;
  double parameter = 0;
};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string threads_of(const Run& run) { return std::to_string(run.threads); }

/// A codec that two programs make. What is in the table was the best of what was tried on Sentinel-1 data in decibels
/// (docs/bench.md).
struct Program {
  const char* name;
  const char* description;
  const char* encoder;
  const char* decoder;
  const char* packages;
  int bits;  ///< of the pixels it is given
  PixelFormat format;
  const char* stream;   ///< extension of the coded file
  const char* picture;  ///< and of the pictures before and after
  QualityParameter parameter;
  Command (*encode)(const Run& run);
  Command (*decode)(const Run& run);
};

constexpr int openjpeg_bits = 16;

Command encode_openjpeg(const Run& run) {
  return {"opj_compress", "-i",           run.input, "-o",
          run.output,     "-I",           "-r",      number(openjpeg_bits / run.parameter),
          "-threads",     threads_of(run)};
}

Command decode_openjpeg(const Run& run) {
  return {"opj_decompress", "-i", run.input, "-o", run.output, "-threads", threads_of(run)};
}

Command encode_jpeg_xl(const Run& run, const char* effort) {
  return {"cjxl",
          run.input,
          run.output,
          "-d",
          number(run.parameter),
          "-e",
          effort,
          "--epf=0",
          "--resampling=1",
          "--num_threads=" + threads_of(run)};
}

Command decode_jpeg_xl(const Run& run) {
  return {"djxl", run.input, run.output, "--bits_per_sample=16", "--num_threads=" + threads_of(run)};
}

Command encode_x265(const Run& run) {
  return {"x265",
          "--input",
          run.input,
          "--input-res",
          std::to_string(padded_length(run.width)) + "x" + std::to_string(padded_length(run.height)),
          "--fps",
          "1",
          "--input-depth",
          "12",
          "--input-csp",
          "i400",
          "--output-depth",
          "12",
          "--preset",
          "veryslow",
          "--tune",
          "psnr",
          "--crf",
          number(run.parameter),
          "--frames",
          "1",
          "--keyint",
          "1",
          "--no-info",
          "--no-wpp",
          "--pools",
          threads_of(run),
          "--output",
          run.output};
}

Command decode_x265(const Run& run) {
  return {"libde265-dec265", "-q", "-t", threads_of(run), "-o", run.output, run.input};
}

Command encode_avif(const Run& run, const char* speed) {
  return {"avifenc",
          "-c",
          "aom",
          "-s",
          speed,
          "-j",
          threads_of(run),
          "--min",
          "0",
          "--max",
          "63",
          "-a",
          "end-usage=q",
          "-a",
          "cq-level=" + number(run.parameter),
          "-a",
          "tune=psnr",
          run.input,
          run.output};
}

Command decode_avif(const Run& run) { return {"avifdec", "-j", threads_of(run), run.input, run.output}; }

const QualityParameter jpeg_xl_distance{"distance", 0.05, 25, 4, -0.95, true, false};
const QualityParameter avif_level{"cq-level", 1, 63, 32, -0.07, false, true};

const std::vector<Program>& programs() {
  static const std::vector<Program> table{
      {"openjpeg",
       "opj_compress -I (irreversible 9/7), one tile, bare codestream, 16 bits",
       "opj_compress",
       "opj_decompress",
       "libopenjp2-tools",
       openjpeg_bits,
       PixelFormat::pgm,
       "j2k",
       "pgm",
       {"bits a pixel asked for", 0.01, 16, 0.5, 1, true, false},
       encode_openjpeg,
       decode_openjpeg},
      {"jpegxl-7", "cjxl --effort 7 --epf=0 --resampling=1, bare codestream, 16 bits", "cjxl", "djxl", "libjxl-tools",
       16, PixelFormat::pgm, "jxl", "pgm", jpeg_xl_distance, [](const Run& run) { return encode_jpeg_xl(run, "7"); },
       decode_jpeg_xl},
      {"jpegxl-9", "cjxl --effort 9 --epf=0 --resampling=1, bare codestream, 16 bits", "cjxl", "djxl", "libjxl-tools",
       16, PixelFormat::pgm, "jxl", "pgm", jpeg_xl_distance, [](const Run& run) { return encode_jpeg_xl(run, "9"); },
       decode_jpeg_xl},
      {"x265",
       "x265 Main12 4:0:0, preset veryslow, tune psnr, one intra frame without WPP and SEI, 12 bits; decoded by dec265",
       "x265",
       "libde265-dec265",
       "x265 libde265-examples",
       12,
       PixelFormat::raw,
       "hevc",
       "yuv",
       {"crf", 0, 51, 32, -0.135, false, false},
       encode_x265,
       decode_x265},
      {"avif-2", "avifenc (aom) speed 2, end-usage q, tune psnr, 4:0:0, 12 bits", "avifenc", "avifdec", "libavif-bin",
       12, PixelFormat::y4m, "avif", "y4m", avif_level, [](const Run& run) { return encode_avif(run, "2"); },
       decode_avif},
      {"avif-0", "avifenc (aom) speed 0, end-usage q, tune psnr, 4:0:0, 12 bits", "avifenc", "avifdec", "libavif-bin",
       12, PixelFormat::y4m, "avif", "y4m", avif_level, [](const Run& run) { return encode_avif(run, "0"); },
       decode_avif}};
  return table;
}

class ProgramCodec final : public Codec {
 public:
  ProgramCodec(const Program& program, int threads) : program_(program), threads_(threads) {}
  std::string name() const override { return program_.name; }
  std::string description() const override { return program_.description; }
  QualityParameter parameter(const CodingImage&) const override { return program_.parameter; }

  std::string missing() const override {
    std::string absent;
    for (const char* needed : {program_.encoder, program_.decoder}) {
      if (find_program(needed).empty()) absent += (absent.empty() ? "" : " and ") + std::string(needed);
    }
    return absent.empty() ? absent : absent + " not found: apt-get install " + program_.packages;
  }

  Coding code(const CodingImage& image, double parameter) const override {
    const ScratchFolder folder;
    const RangeMapping mapping(image.low, image.high, program_.bits);
    Run run{folder.file(std::string("in.") + program_.picture),
            folder.file(std::string("coded.") + program_.stream),
            image.width,
            image.height,
            threads_,
            parameter};
    write_pixels(run.input, {image.width, image.height, program_.bits, codes(image, mapping)}, program_.format);
    const ProcessUse encoding = run_program(program_.encode(run), folder.file("log"));
    Coding coding;
    coding.bytes = std::filesystem::file_size(run.output);
    run.input = run.output;
    run.output = folder.file(std::string("out.") + program_.picture);
    const ProcessUse decoding = run_program(program_.decode(run), folder.file("log"));
    const GreyPixels decoded = read_pixels(run.output, program_.format, image.width, image.height, program_.bits);
    coding.values = values(decoded.codes, RangeMapping(image.low, image.high, decoded.bits));
    coding.encode_seconds = encoding.seconds;
    coding.decode_seconds = decoding.seconds;
    if (encoding.memory > 0) coding.encode_memory = encoding.memory;
    if (decoding.memory > 0) coding.decode_memory = decoding.memory;
    return coding;
  }

 private:
  const Program& program_;
  int threads_;
};

}  // namespace

Codecs program_codecs(int threads) {
  Codecs out;
  for (const Program& program : programs()) out.push_back(std::make_unique<ProgramCodec>(program, threads));
  return out;
}

}  // namespace sarinr::benchmark
