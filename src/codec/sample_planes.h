#pragma once

#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/extent.h"
#include "sarinr/base/result.h"
#include "sarinr/codec/sample_bound.h"
#include "sarinr/radiometry/band.h"

namespace sarinr {

/// Writes the samples of a tile (docs/format.md, "Sampled tiles") so that those that have a value come back within the
/// bound and those of other classes as the class says. `samples` is raw, as TileContent::exact; `masks` one a band.
void write_samples(const std::vector<Bytes>& samples, const std::vector<std::vector<PixelClass>>& masks,
                   const std::vector<BandModel>& bands, const Extent& core, const SampleBound& bound,
                   ByteWriter& writer);
/// Its inverse takes all bytes left and gives samples in the source types.
Result<std::vector<Bytes>> read_samples(const std::vector<std::vector<PixelClass>>& masks,
                                        const std::vector<BandModel>& bands, const Extent& core, ByteReader& reader);

}  // namespace sarinr
