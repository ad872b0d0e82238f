#include "band.h"

#include <cstring>

namespace sarinr::geo::driver {

namespace {

/// Overviews exist on the native level alone.
int overview_count(const SarinrDataset& dataset, int level) { return level == 0 ? dataset.level_count() - 1 : 0; }

Request band_request(int level, const Extent& window, void* data, int columns, int rows, GDALDataType type,
                     GSpacing pixel_space, GSpacing line_space, const GDALRasterIOExtraArg* extra) {
  Request request;
  request.level = level;
  request.window = window;
  request.columns = columns;
  request.rows = rows;
  request.data = static_cast<GByte*>(data);
  request.type = type;
  request.pixel_space = pixel_space;
  request.line_space = line_space;
  take_extra(extra, request);
  return request;
}

}  // namespace

FieldBand::FieldBand(SarinrDataset& dataset, int level, int number, GDALDataType type)
    : dataset_(dataset), level_(level), kept_(*dataset.kept().GetRasterBand(number)), domains_(kept_) {
  poDS = &dataset;
  nBand = number;
  eDataType = type;
  eAccess = GA_ReadOnly;
  nRasterXSize = dataset.level(level).width();
  nRasterYSize = dataset.level(level).height();
  nBlockXSize = block_size;
  nBlockYSize = block_size;
  // GDALPamRasterBand's would note it for the .aux.xml. NOLINTNEXTLINE(bugprone-parent-virtual-call)
  GDALRasterBand::SetDescription(kept_.GetDescription());
}

int FieldBand::GetOverviewCount() { return overview_count(dataset_, level_); }

GDALRasterBand* FieldBand::GetOverview(int index) {
  return index >= 0 && index < GetOverviewCount() ? dataset_.overview(nBand, index + 1) : nullptr;
}

int FieldBand::HasArbitraryOverviews() { return GetOverviewCount() > 0 ? TRUE : FALSE; }

int FieldBand::GetMaskFlags() { return dataset_.has_mask() ? GMF_PER_DATASET : GDALPamRasterBand::GetMaskFlags(); }

GDALRasterBand* FieldBand::GetMaskBand() {
  return dataset_.has_mask() ? dataset_.mask(level_) : GDALPamRasterBand::GetMaskBand();
}

double FieldBand::GetNoDataValue(int* success) {
  int added = FALSE;
  const double value = GDALPamRasterBand::GetNoDataValue(&added);
  if (added == FALSE) return kept_.GetNoDataValue(success);
  if (success != nullptr) *success = TRUE;
  return value;
}

std::int64_t FieldBand::GetNoDataValueAsInt64(int* success) { return kept_.GetNoDataValueAsInt64(success); }
std::uint64_t FieldBand::GetNoDataValueAsUInt64(int* success) { return kept_.GetNoDataValueAsUInt64(success); }

double FieldBand::GetScale(int* success) {
  int added = FALSE;
  const double value = GDALPamRasterBand::GetScale(&added);
  if (added == FALSE) return kept_.GetScale(success);
  if (success != nullptr) *success = TRUE;
  return value;
}

double FieldBand::GetOffset(int* success) {
  int added = FALSE;
  const double value = GDALPamRasterBand::GetOffset(&added);
  if (added == FALSE) return kept_.GetOffset(success);
  if (success != nullptr) *success = TRUE;
  return value;
}

const char* FieldBand::GetUnitType() {
  const char* added = GDALPamRasterBand::GetUnitType();
  return added != nullptr && *added != '\0' ? added : kept_.GetUnitType();
}

GDALColorInterp FieldBand::GetColorInterpretation() {
  const GDALColorInterp added = GDALPamRasterBand::GetColorInterpretation();
  return added != GCI_Undefined ? added : kept_.GetColorInterpretation();
}

GDALColorTable* FieldBand::GetColorTable() {
  GDALColorTable* added = GDALPamRasterBand::GetColorTable();
  return added != nullptr ? added : kept_.GetColorTable();
}

char** FieldBand::GetCategoryNames() {
  char** added = GDALPamRasterBand::GetCategoryNames();
  return added != nullptr ? added : kept_.GetCategoryNames();
}

char** FieldBand::GetMetadataDomainList() { return domains_.list(GDALPamRasterBand::GetMetadataDomainList()); }

MetadataLines FieldBand::GetMetadata(const char* domain) {
  return domains_.lines(domain, GDALPamRasterBand::GetMetadata(domain));
}

const char* FieldBand::GetMetadataItem(const char* name, const char* domain) {
  const char* added = GDALPamRasterBand::GetMetadataItem(name, domain);
  return added != nullptr ? added : domains_.item(name, domain);
}

CPLErr FieldBand::IReadBlock(int column, int row, void* data) {
  return guarded([&] {
    const Bytes& bytes = dataset_.block(level_, column, row)->bands[static_cast<std::size_t>(nBand - 1)];
    std::memcpy(data, bytes.data(), bytes.size());
  });
}

CPLErr FieldBand::IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void* data, int columns, int rows,
                            GDALDataType type, GSpacing pixel_space, GSpacing line_space, GDALRasterIOExtraArg* extra) {
  if (flag == GF_Read) {
    Request request =
        band_request(level_, {x, y, width, height}, data, columns, rows, type, pixel_space, line_space, extra);
    request.bands = {nBand - 1};
    if (const auto result = dataset_.answer(request)) return *result;
  }
  return GDALPamRasterBand::IRasterIO(flag, x, y, width, height, data, columns, rows, type, pixel_space, line_space,
                                      extra);
}

FieldMaskBand::FieldMaskBand(SarinrDataset& dataset, int level) : dataset_(dataset), level_(level) {
  poDS = &dataset;
  nBand = 0;
  eDataType = GDT_Byte;
  eAccess = GA_ReadOnly;
  nRasterXSize = dataset.level(level).width();
  nRasterYSize = dataset.level(level).height();
  nBlockXSize = block_size;
  nBlockYSize = block_size;
}

int FieldMaskBand::GetOverviewCount() { return overview_count(dataset_, level_); }

GDALRasterBand* FieldMaskBand::GetOverview(int index) {
  return index >= 0 && index < GetOverviewCount() ? dataset_.mask(index + 1) : nullptr;
}

CPLErr FieldMaskBand::IReadBlock(int column, int row, void* data) {
  return guarded([&] {
    const Bytes& bytes = dataset_.block(level_, column, row)->mask;
    std::memcpy(data, bytes.data(), bytes.size());
  });
}

CPLErr FieldMaskBand::IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void* data, int columns, int rows,
                                GDALDataType type, GSpacing pixel_space, GSpacing line_space,
                                GDALRasterIOExtraArg* extra) {
  if (flag == GF_Read) {
    Request request =
        band_request(level_, {x, y, width, height}, data, columns, rows, type, pixel_space, line_space, extra);
    request.mask = true;
    if (const auto result = dataset_.answer(request)) return *result;
  }
  return GDALRasterBand::IRasterIO(flag, x, y, width, height, data, columns, rows, type, pixel_space, line_space,
                                   extra);
}

}  // namespace sarinr::geo::driver
