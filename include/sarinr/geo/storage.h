#pragma once

#include <memory>
#include <string>

#include "sarinr/base/storage.h"

namespace sarinr::geo {

/// As open_local_source and create_local_sink (base/storage.h), for every path GDAL's VSI*L knows (/vsimem, /vsizip,
/// /vsicurl, /vsis3, ...). Where the file system cannot rename, the sink writes to a temporary local file and copies it
/// on commit.
std::unique_ptr<ByteSource> open_source(const std::string& path);
std::unique_ptr<ByteSink> create_sink(const std::string& path, bool overwrite);

/// Whether the path is of the local file system, where files can be appended to, locked and renamed.
bool is_local(const std::string& path);

}  // namespace sarinr::geo
