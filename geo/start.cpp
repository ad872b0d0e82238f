#include <spdlog/spdlog.h>

#include "gdal_support.h"
#include "log.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

namespace {

void CPL_STDCALL to_log(CPLErr severity, CPLErrorNum, const char* message) {
  if (severity >= CE_Failure) {
    spdlog::error("GDAL: {}", message);
  } else {
    log_message(severity, message);
  }
}

void to_spdlog(LogLevel level, const std::string& sentence) {
  const auto own_level = level == LogLevel::warning ? spdlog::level::warn
                         : level == LogLevel::info  ? spdlog::level::info
                                                    : spdlog::level::debug;
  spdlog::log(own_level, sentence);
}

}  // namespace

void start(std::size_t cache_bytes) {
  set_log_receiver(to_spdlog);
  CPLSetErrorHandler(to_log);
  GDALAllRegister();
  GDALSetCacheMax64(static_cast<GIntBig>(cache_bytes));
}

}  // namespace sarinr::geo
