#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/benchmark/coding_image.h"
#include "sarinr/fit/engine.h"

namespace sarinr::benchmark {

/// The one number of a codec that sets its rate. The search for a rate moves along the parameter, or along its
/// logarithm.
struct QualityParameter {
  std::string name;  ///< as the codec has it: "crf", "distance"
  double low = 0;
  double high = 0;
  double start = 0;  ///< gives about half a bit a pixel
  double slope = 0;  ///< of ln(bits a pixel) over the parameter, or over its logarithm: about, its sign exactly
  bool logarithmic = false;
  bool whole = false;  ///< whole numbers only
  int trials = 100;    ///< codings that meeting a rate is worth, where they are slow
};

/// An image that went through a codec.
struct Coding {
  std::uint64_t bytes = 0;    ///< of the whole file, without range_bytes
  std::vector<float> values;  ///< decoded, in the coding domain
  double encode_seconds = 0;  ///< of the wall clock, with the start of a program and its files
  double decode_seconds = 0;
  std::optional<std::uint64_t> encode_memory;  ///< most bytes resident, where a program of its own did it
  std::optional<std::uint64_t> decode_memory;
};

/// A way to code an image, with everything decided but the rate.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual std::string name() const = 0;
  virtual std::string description() const = 0;  ///< what runs, with its settings
  /// What is not installed and which package holds it; empty where nothing is missing.
  virtual std::string missing() const = 0;
  virtual QualityParameter parameter(const CodingImage& image) const = 0;
  /// Codes and decodes. Throws an Error that names the codec where it fails.
  virtual Coding code(const CodingImage& image, double parameter) const = 0;
};

using Codecs = std::vector<std::unique_ptr<Codec>>;

/// OpenJPEG, JPEG XL, x265 and AVIF, by their command line programs.
Codecs program_codecs(int threads);

/// How sarinr's own fields are fitted for the table.
struct FieldCodecOptions {
  EngineOptions engine;
  std::function<bool()> go_on;  ///< false asks a running fit to stop
};

/// sarinr's own files, fitted and rendered in this process.
Codecs field_codecs(const FieldCodecOptions& options);

}  // namespace sarinr::benchmark
