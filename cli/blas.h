#pragma once

namespace sarinr::cli {

/// OpenBLAS and OpenMP read their settings when the process starts, and GDAL loads OpenBLAS before main: where they are
/// missing, sets them and executes this program once more with the same arguments. Debian's OpenBLAS takes processors
/// younger than itself for very old ones, which costs a factor of four; and sarinr's own threads each want a BLAS of
/// one thread.
void prepare_blas();

}  // namespace sarinr::cli
