#pragma once

#include <string>

#include "sarinr/codec/sample_bound.h"
#include "sarinr/scene/jobs.h"

namespace sarinr {

/// Keeps a raster's samples themselves, each within a bound: a promise on every pixel.
struct SampleJob {
  SampleBound bound;
  int tile_size = 512;
  std::string options_json = "{}";
};

/// Throws an Error where a decibel bound meets a band that has no decibels, or a limit is not positive; `style` is how
/// the user knows the options.
void check(const SampleJob& job, const RasterInfo& info, OptionStyle style);

/// As fit_raster. Every tile is decoded again from the bytes that are written, and every pixel held against the bound:
/// one that breaks it is an internal Error.
FitReport fit_samples(RasterSource& source, ByteSink& sink, const SampleJob& job, JobListener& listener);

/// The bound that a file's metadata says its samples keep, as a phrase for people: "every valid pixel within 0.5 dB",
/// "lossless"; empty where it promises nothing.
std::string promise_of(const std::string& metadata);

}  // namespace sarinr
