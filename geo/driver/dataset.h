#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "block_cache.h"
#include "gdal_version.h"
#include "kept_metadata.h"
#include "request.h"

namespace sarinr::geo::driver {

/// A .sinr as GDAL sees it. Pixels may be read by several threads at once; the rest follows GDAL's rule of one thread a
/// dataset.
class SarinrDataset final : public GDALPamDataset {
 public:
  struct Settings {
    bool deramped = false;  ///< complex TOPS data was brought to baseband, so that it may be interpolated
  };
  /// Throws an Error where the file's metadata are damaged.
  SarinrDataset(std::shared_ptr<const FieldFile> file, const std::string& path, const Settings& settings);
  ~SarinrDataset() override;
  /// Reads what GDAL keeps in PATH.aux.xml.
  void load_side_file(char** siblings) { TryLoadXML(siblings); }

  GDALRasterBand* overview(int band, int level);
  GDALRasterBand* mask(int level);
  int level_count() const { return pyramid_.count(); }
  const Level& level(int index) const { return pyramid_.level(index); }
  bool has_mask() const { return has_mask_; }
  GDALDataset& kept() { return *kept_; }
  std::shared_ptr<const Block> block(int level, int column, int row) { return cache_.block(level, column, row); }

  /// Answers a request where fields answer better than GDAL's resampling of blocks does; else nothing, and GDAL goes
  /// on. Failures are reported through CPLError.
  std::optional<CPLErr> answer(const Request& request) const;

  const OGRSpatialReference* GetSpatialRef() const override;
  CPLErr GetGeoTransform(GeoTransformOut transform) SARINR_CONST_SINCE_3_12 override;
  int GetGCPCount() override;
  const OGRSpatialReference* GetGCPSpatialRef() const override;
  const GDAL_GCP* GetGCPs() override;
  char** GetMetadataDomainList() override;
  MetadataLines GetMetadata(const char* domain = "") override;
  const char* GetMetadataItem(const char* name, const char* domain = "") override;

 protected:
  CPLErr IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void* data, int columns, int rows,
                   GDALDataType type, int band_count, BandMap bands, GSpacing pixel_space, GSpacing line_space,
                   GSpacing band_space, GDALRasterIOExtraArg* extra) override;

 private:
  bool may_resample(const Request& request) const;

  std::shared_ptr<const FieldFile> file_;
  Dataset kept_;
  MergedDomains domains_;
  bool has_mask_;
  bool baseband_;  ///< values between pixels mean something
  Pyramid pyramid_;
  BlockCache cache_;
  std::vector<std::vector<std::unique_ptr<GDALRasterBand>>> overviews_;  ///< [level - 1][band - 1]
  std::vector<std::unique_ptr<GDALRasterBand>> masks_;                   ///< [level]
};

/// Runs `action`, which may throw, and reports a failure through CPLError.
CPLErr guarded(const std::function<void()>& action);

}  // namespace sarinr::geo::driver
