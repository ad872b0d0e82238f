#pragma once

#include <vector>

#include "sarinr/base/bytes.h"

namespace sarinr::fuzz {

std::vector<Bytes> header_seeds();
std::vector<Bytes> index_seeds();
std::vector<Bytes> record_seeds();
std::vector<Bytes> mask_seeds();
std::vector<Bytes> weight_seeds();
std::vector<Bytes> latent_seeds();
std::vector<Bytes> file_seeds();

}  // namespace sarinr::fuzz
