#pragma once

namespace sarinr::geo::driver {

/// Makes SARINR one of GDAL's drivers. Does nothing where it is one already.
void register_driver();

}  // namespace sarinr::geo::driver
