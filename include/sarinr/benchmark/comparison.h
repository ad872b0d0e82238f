#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sarinr/benchmark/bd_rate.h"
#include "sarinr/benchmark/codec.h"
#include "sarinr/benchmark/rate_search.h"
#include "sarinr/benchmark/score.h"
#include "sarinr/scene/jobs.h"

namespace sarinr::benchmark {

/// One image through one codec at one rate.
struct CodecRow {
  std::string image;
  std::string codec;
  double target = 0;     ///< bits a pixel asked for
  double parameter = 0;  ///< what was found for it
  std::uint64_t bytes = 0;
  double bits_per_pixel = 0;  ///< of the whole file and range_bytes
  Score score;
  double encode_rate = 0;  ///< pixels a second
  double decode_rate = 0;
  std::optional<std::uint64_t> encode_memory;  ///< bytes
  std::optional<std::uint64_t> decode_memory;
};

/// A codec's rate beside an anchor's at equal PSNR, in decibels, on one image.
struct CodecDifference {
  std::string image;
  std::string codec;
  std::string anchor;
  RateDifference difference;
};

/// The same over all images that have it.
struct MeanDifference {
  std::string codec;
  std::string anchor;
  double percent = 0;  ///< mean over the images
  std::size_t images = 0;
};

struct ComparedImage {
  std::string name;
  int width = 0;
  int height = 0;
  std::size_t valid = 0;  ///< pixels
};

struct ComparedCodec {
  std::string name;
  std::string description;
  std::string parameter;  ///< name of its quality parameter
};

struct Comparison {
  CodingDomain domain = CodingDomain::decibel;
  int threads = 0;
  RateRequest rates;
  std::vector<ComparedImage> images;
  std::vector<ComparedCodec> codecs;
  std::vector<std::string> left_out;  ///< a sentence for each codec that is missing or failed
  std::vector<CodecRow> rows;
  std::vector<CodecDifference> differences;
};

struct ComparisonJob {
  std::vector<std::function<CodingImage()>> images;  ///< read when their turn comes
  std::vector<const Codec*> codecs;
  std::vector<std::string> anchors;  ///< names of codecs
  RateRequest rates;
  CodingDomain domain = CodingDomain::decibel;
  int threads = 0;  ///< that the codecs were made with: kept for the record
};

/// Takes every image through every codec. A codec that is missing or fails is named and left out. Throws an Error of
/// kind interrupted where the listener asks to stop.
Comparison compare_codecs(const ComparisonJob& job, JobListener& listener);

/// In the order of codecs and anchors.
std::vector<MeanDifference> mean_differences(const Comparison& comparison);

/// Tables for a terminal, in Markdown.
std::string comparison_text(const Comparison& comparison);
/// One JSON object; names as docs/bench.md has them.
std::string comparison_json(const Comparison& comparison);
/// One line a row of the table; a header first.
std::string comparison_csv(const Comparison& comparison);
/// A page that needs no other file: the mean differences, and rate curves of every image.
std::string comparison_html(const Comparison& comparison);

}  // namespace sarinr::benchmark
