#pragma once

#include <string>

#include "sarinr/geo/raster.h"
#include "sarinr/geo/target_grid.h"
#include "sarinr/scene/jobs.h"

namespace sarinr::geo {

/// What to render of a file of fields. Everything at its default: the source as it was.
struct RenderRequest {
  GridRequest grid;
  TargetOptions target;
  bool deramped = false;  ///< complex TOPS data was brought to baseband, so that it may be interpolated
};

/// Renders `file` into a raster at `output`, which exists whole or not at all. Throws an Error where the request does
/// not fit the file: senseless grids, quantities a band does not have, TOPS data that is not said to be deramped.
void render_raster(const FieldFile& file, const std::string& output, const RenderRequest& request,
                   const CreateOptions& create, JobListener& listener);

}  // namespace sarinr::geo
