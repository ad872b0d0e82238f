#include "driver.h"

/// What GDAL calls when it has loaded gdal_SARINR.so.
extern "C" __attribute__((visibility("default"))) void GDALRegister_SARINR() { sarinr::geo::driver::register_driver(); }
