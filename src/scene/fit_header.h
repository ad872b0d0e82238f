#pragma once

#include <string>

#include "sarinr/container/header.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/latent.h"

namespace sarinr {

/// The job's specification with the outputs that the bands need and the architecture's own parameters.
FieldSpec complete_spec(FieldSpec spec, const RasterInfo& info);

/// What stands at the head of the file that the job makes of the raster, with engine "none".
FileHeader make_header(const RasterInfo& info, const FitJob& job);

/// What a latent fit aims at, as files keep it: "lambda 0.1", "bpp 0.5", "psnr 42", "rmse-db 1" or "preset analysis".
std::string goal_of(const LatentJob& job);

/// Writes the engine's description into the metadata.
void name_engine(FileHeader& header, const std::string& engine);

/// Why two part files are not of one job, by their descriptions, naming what differs; empty where they are.
std::string difference_of_parts(const std::string& one, const std::string& other);

}  // namespace sarinr
