#pragma once

#include "gdal_version.h"

namespace sarinr::geo::driver {

/// The creation options in GDAL's XML.
const char* creation_options();

/// GDALDriver::pfnCreateCopy: fits fields to the source with the engine that needs no LibTorch. The same bytes as
/// sarinr fit with the same options. Failures are reported through CPLError.
GDALDataset* create_copy(const char* path, GDALDataset* source, int strict, OptionLines options,
                         GDALProgressFunc progress, void* progress_data);

}  // namespace sarinr::geo::driver
