#pragma once

#include <string>
#include <vector>

#include "sarinr/container/file.h"

namespace sarinr {

/// What a repair did, one sentence each without a full stop.
struct RepairReport {
  std::vector<std::string> restored;  ///< damage that is gone: nothing is lost by it
  std::vector<std::string> lost;      ///< what the repaired file lacks
  std::vector<int> lost_tiles;
};

/// Writes a copy of a damaged .sinr that opens: single flipped bits of header, index, shared weights and tiles are put
/// right by their checksums, a lost index is rebuilt from the records, tiles that cannot be read become empty records
/// (which readers report as lost), overviews that are not wholly sound are left out. Does not commit the sink. Fails
/// where header or all tiles are lost.
Result<RepairReport> repair_file(std::shared_ptr<const ByteSource> source, ByteSink& sink);

}  // namespace sarinr
