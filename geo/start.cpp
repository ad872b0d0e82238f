#include "gdal_support.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

namespace {

void CPL_STDCALL to_log(CPLErr severity, CPLErrorNum, const char* message) { log_message(severity, message); }

}  // namespace

void start(std::size_t cache_bytes) {
  CPLSetErrorHandler(to_log);
  GDALAllRegister();
  GDALSetCacheMax64(static_cast<GIntBig>(cache_bytes));
}

}  // namespace sarinr::geo
