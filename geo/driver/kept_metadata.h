#pragma once

#include <gdal_priv.h>

#include <string>
#include <vector>

#include "gdal_support.h"
#include "gdal_version.h"
#include "sarinr/radiometry/band.h"

namespace sarinr::geo::driver {

/// What a file says of its raster, but for pixels, held by a raster in memory of one pixel: GDAL's own driver keeps it
/// better than a copy of its structures could. It is apart from what GDAL's .aux.xml adds, so that the latter is not
/// filled with what the file already has.
Dataset kept_raster(const std::string& metadata, const std::vector<BandModel>& bands, const std::string& name);

/// Metadata domains of an object from two places: what is kept in the file, and over it what GDAL has added.
class MergedDomains {
 public:
  explicit MergedDomains(GDALMajorObject& kept) : kept_(kept) {}
  /// `added` may be nullptr.
  MetadataLines lines(const char* domain, CSLConstList added);
  const char* item(const char* name, const char* domain) { return kept_.GetMetadataItem(name, domain); }
  /// Takes `added`, gives both, each name once; the caller frees it.
  char** list(char** added) const;

 private:
  GDALMajorObject& kept_;
  CPLStringList merged_;
};

}  // namespace sarinr::geo::driver
