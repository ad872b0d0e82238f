#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <numeric>

#include "gdal_support.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/benchmark.h"

namespace sarinr::geo {

namespace {

using benchmark::Coding;
using benchmark::CodingImage;
using benchmark::QualityParameter;
using benchmark::RangeMapping;

/// What a driver is given: whole numbers, and the options that a parameter makes.
struct Task {
  RangeMapping mapping;
  GDALDataType type = GDT_UInt16;
  std::vector<CPLStringList> options;  ///< of several the smallest file counts
};

/// A codec that a GDAL driver makes.
struct DriverSettings {
  const char* name;
  const char* description;
  const char* driver;
  const char* needs;  ///< what its list of creation options must name
  QualityParameter (*parameter)(const CodingImage& image);
  Task (*task)(const CodingImage& image, double parameter);
};

constexpr int bits = 16;

void add(CPLStringList& options, const char* name, const std::string& value) {
  options.SetNameValue(name, value.c_str());
}

CPLStringList tiff_options(const CodingImage& image, const char* compression) {
  CPLStringList options;
  add(options, "COMPRESS", compression);
  add(options, "PROFILE", "BASELINE");
  add(options, "BLOCKYSIZE", std::to_string(image.height));
  return options;
}

QualityParameter jpeg2000_parameter(const CodingImage&) {
  return {"bits a pixel asked for", 0.01, bits, 0.5, 1, true, false};
}

Task jpeg2000_task(const CodingImage& image, double parameter) {
  CPLStringList options;
  add(options, "CODEC", "J2K");
  add(options, "REVERSIBLE", "NO");
  add(options, "QUALITY", CPLSPrintf("%.6f", 100 * parameter / bits));
  add(options, "BLOCKXSIZE", std::to_string(image.width));
  add(options, "BLOCKYSIZE", std::to_string(image.height));
  const int side = std::min(image.width, image.height);
  add(options, "RESOLUTIONS", std::to_string(std::min<int>(6, std::bit_width(static_cast<unsigned>(side)))));
  return {RangeMapping(image.low, image.high, bits), GDT_UInt16, {options}};
}

QualityParameter lerc_parameter(const CodingImage&) {
  return {"largest error, of 65535 steps", 1, 65535, 15000, -1, true, true};
}

Task lerc_task(const CodingImage& image, double parameter) {
  CPLStringList options = tiff_options(image, "LERC_ZSTD");
  add(options, "ZSTD_LEVEL", "19");
  add(options, "MAX_Z_ERROR", CPLSPrintf("%.0f", parameter));
  return {RangeMapping(image.low, image.high, bits), GDT_UInt16, {options}};
}

/// The step is a share of the range: from the finest that 16 bits hold to one level at each end.
QualityParameter step_parameter(const CodingImage& image) {
  const double range = static_cast<double>(image.high) - image.low;
  return {"step", range / 65535, range, range / 4, -1.2, true, false};
}

/// Levels lie about the mean, which is one of them: where they are few, most pixels are near it.
Task quantised_task(const CodingImage& image, double step, const char* compression, const char* level) {
  const double mean =
      std::accumulate(image.values.begin(), image.values.end(), 0.0) / static_cast<double>(image.pixels());
  const double lowest = mean - std::round((mean - image.low) / step) * step;
  const double levels = std::round((image.high - lowest) / step);
  Task task{RangeMapping(lowest, lowest + 65535 * step, bits), levels < 256 ? GDT_Byte : GDT_UInt16, {}};
  for (const char* predictor : {"1", "2"}) {
    task.options.push_back(tiff_options(image, compression));
    add(task.options.back(), "PREDICTOR", predictor);
    add(task.options.back(), compression == std::string("ZSTD") ? "ZSTD_LEVEL" : "ZLEVEL", level);
  }
  return task;
}

constexpr DriverSettings all_settings[] = {
    {"openjpeg-gdal", "GDAL's JP2OpenJPEG, REVERSIBLE=NO, CODEC=J2K, one tile, 16 bits", "JP2OpenJPEG", "QUALITY",
     jpeg2000_parameter, jpeg2000_task},
    {"lerc-zstd", "GTiff, LERC_ZSTD with MAX_Z_ERROR, ZSTD_LEVEL=19, one strip, 16 bits", "GTiff", "LERC_ZSTD",
     lerc_parameter, lerc_task},
    {"quantised-zstd", "values in equal steps, GTiff, ZSTD_LEVEL=19, one strip, PREDICTOR 1 or 2, the smaller", "GTiff",
     "ZSTD", step_parameter,
     [](const CodingImage& image, double step) { return quantised_task(image, step, "ZSTD", "19"); }},
    {"quantised-deflate", "values in equal steps, GTiff, DEFLATE, ZLEVEL=9, one strip, PREDICTOR 1 or 2, the smaller",
     "GTiff", "DEFLATE", step_parameter,
     [](const CodingImage& image, double step) { return quantised_task(image, step, "DEFLATE", "9"); }}};

/// A file in memory that goes with its owner.
class MemoryFile {
 public:
  MemoryFile() : path_("/vsimem/" + temporary_path().substr(temporary_path().find_last_of('/') + 1)) {}
  ~MemoryFile() { VSIUnlink(path_.c_str()); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::string& path() const { return path_; }
  std::uint64_t size() const {
    VSIStatBufL status;
    return VSIStatL(path_.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

 private:
  std::string path_;
};

class DriverCodec final : public benchmark::Codec {
 public:
  DriverCodec(const DriverSettings& settings, int threads) : settings_(settings), threads_(std::to_string(threads)) {}
  std::string name() const override { return settings_.name; }
  std::string description() const override { return settings_.description; }
  QualityParameter parameter(const CodingImage& image) const override { return settings_.parameter(image); }

  std::string missing() const override {
    GDALDriver* const driver = GetGDALDriverManager()->GetDriverByName(settings_.driver);
    if (driver == nullptr) return std::string("this GDAL has no driver ") + settings_.driver;
    const char* options = driver->GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST);
    if (options != nullptr && std::string(options).find(settings_.needs) != std::string::npos) return {};
    return std::string("this GDAL's ") + settings_.driver + " driver has no " + settings_.needs;
  }

  Coding code(const CodingImage& image, double parameter) const override {
    const CPLConfigOptionSetter threads("GDAL_NUM_THREADS", threads_.c_str(), false);
    const Task task = settings_.task(image, parameter);
    const std::vector<std::uint16_t> codes = benchmark::codes(image, task.mapping);
    Coding best;
    for (const CPLStringList& options : task.options) {
      Coding coding = code(image, task, codes, options);
      if (best.values.empty() || coding.bytes < best.bytes) best = std::move(coding);
    }
    return best;
  }

 private:
  Coding code(const CodingImage& image, const Task& task, std::vector<std::uint16_t> codes,
              const CPLStringList& options) const {
    using Clock = std::chrono::steady_clock;
    const MessageScope scope;
    const MemoryFile file;
    Coding coding;
    const Dataset source(
        GetGDALDriverManager()->GetDriverByName("MEM")->Create("", image.width, image.height, 1, task.type, nullptr));
    if (!source || transfer(*source, image, GF_Write, codes) != CE_None) fail(scope);
    const Clock::time_point begin = Clock::now();
    Dataset coded(GetGDALDriverManager()
                      ->GetDriverByName(settings_.driver)
                      ->CreateCopy(file.path().c_str(), source.get(), FALSE, options.List(), nullptr, nullptr));
    if (!coded) fail(scope);
    coded.reset();
    const Clock::time_point end = Clock::now();
    coding.encode_seconds = std::chrono::duration<double>(end - begin).count();
    coding.bytes = file.size();
    const Dataset decoded(GDALDataset::Open(file.path().c_str(), GDAL_OF_RASTER));
    if (!decoded || transfer(*decoded, image, GF_Read, codes) != CE_None) fail(scope);
    coding.decode_seconds = std::chrono::duration<double>(Clock::now() - end).count();
    coding.values = benchmark::values(codes, task.mapping);
    return coding;
  }

  static CPLErr transfer(GDALDataset& dataset, const CodingImage& image, GDALRWFlag direction,
                         std::vector<std::uint16_t>& codes) {
    return dataset.GetRasterBand(1)->RasterIO(direction, 0, 0, image.width, image.height, codes.data(), image.width,
                                              image.height, GDT_UInt16, 0, 0, nullptr);
  }

  [[noreturn]] void fail(const MessageScope& scope) const { throw Error(name() + " failed: " + scope.reason()); }

  const DriverSettings& settings_;
  std::string threads_;
};

}  // namespace

benchmark::Codecs gdal_codecs(int threads) {
  benchmark::Codecs out;
  for (const DriverSettings& settings : all_settings) out.push_back(std::make_unique<DriverCodec>(settings, threads));
  return out;
}

}  // namespace sarinr::geo
