#pragma once

#include "sarinr/scene/latent.h"
#include "scene/memory_raster.h"

namespace sarinr::test {

/// The file of a job of latent fields, on the processor.
inline Bytes latent_file(ComputedRaster raster, const LatentJob& job, FitReport* report = nullptr,
                         PartFile* part = nullptr) {
  MemorySink sink;
  Silent listener;
  const FitReport done = fit_latent_raster(raster, sink, job, *make_latent_engine(), listener, part);
  if (report != nullptr) *report = done;
  return sink.data;
}

}  // namespace sarinr::test
