#pragma once

#include <string>
#include <vector>

namespace sarinr::cli {

/// "tile 7", "tiles 3, 7 to 9, 12": the numbers ascend; a long list ends in "and N more".
std::string tile_list(const std::vector<int>& tiles);

}  // namespace sarinr::cli
