#pragma once

#include "dataset.h"

namespace sarinr::geo::driver {

/// One band on one level.
class FieldBand final : public GDALPamRasterBand {
 public:
  /// `number` counts from 1.
  FieldBand(SarinrDataset& dataset, int level, int number, GDALDataType type);

  int GetOverviewCount() override;
  GDALRasterBand* GetOverview(int index) override;
  int HasArbitraryOverviews() override;
  int GetMaskFlags() override;
  GDALRasterBand* GetMaskBand() override;

  double GetNoDataValue(int* success = nullptr) override;
  std::int64_t GetNoDataValueAsInt64(int* success = nullptr) override;
  std::uint64_t GetNoDataValueAsUInt64(int* success = nullptr) override;
  double GetScale(int* success = nullptr) override;
  double GetOffset(int* success = nullptr) override;
  const char* GetUnitType() override;
  GDALColorInterp GetColorInterpretation() override;
  GDALColorTable* GetColorTable() override;
  char** GetCategoryNames() override;
  char** GetMetadataDomainList() override;
  MetadataLines GetMetadata(const char* domain = "") override;
  const char* GetMetadataItem(const char* name, const char* domain = "") override;

 protected:
  CPLErr IReadBlock(int column, int row, void* data) override;
  CPLErr IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void* data, int columns, int rows,
                   GDALDataType type, GSpacing pixel_space, GSpacing line_space, GDALRasterIOExtraArg* extra) override;

 private:
  SarinrDataset& dataset_;
  int level_;
  GDALRasterBand& kept_;
  MergedDomains domains_;
};

/// The raster's own mask on one level.
class FieldMaskBand final : public GDALRasterBand {
 public:
  FieldMaskBand(SarinrDataset& dataset, int level);
  int GetOverviewCount() override;
  GDALRasterBand* GetOverview(int index) override;

 protected:
  CPLErr IReadBlock(int column, int row, void* data) override;
  CPLErr IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void* data, int columns, int rows,
                   GDALDataType type, GSpacing pixel_space, GSpacing line_space, GDALRasterIOExtraArg* extra) override;

 private:
  SarinrDataset& dataset_;
  int level_;
};

}  // namespace sarinr::geo::driver
