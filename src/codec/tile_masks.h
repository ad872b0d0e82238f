#pragma once

#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"
#include "sarinr/radiometry/band.h"
#include "sarinr/tiling/grid.h"

namespace sarinr {

using ClassMap = std::vector<PixelClass>;

/// True where some pixel of some band is not plainly valid.
bool any_classes(const std::vector<ClassMap>& masks);

/// The mask section of a tile record (docs/format.md). `masks` holds one map a band; an empty one is all valid.
void write_masks(const std::vector<ClassMap>& masks, const std::vector<BandModel>& bands, const Extent& core,
                 ByteWriter& writer);
/// Its inverse; maps that are all valid come back empty. Refuses classes that a band cannot have.
Result<std::vector<ClassMap>> read_masks(const std::vector<BandModel>& bands, const Extent& core, ByteReader& reader);

}  // namespace sarinr
