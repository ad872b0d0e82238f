#include "dataset.h"

#include <algorithm>
#include <exception>

#include "band.h"
#include "band_metadata.h"
#include "sarinr/base/error.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/samples.h"

namespace sarinr::geo::driver {

namespace {

bool has_complex_band(const FileHeader& header) {
  return std::any_of(header.bands.begin(), header.bands.end(),
                     [](const BandModel& band) { return band.quantity == Quantity::complex; });
}

/// Says of a raster what is the file's own doing: domain IMAGE_STRUCTURE, which no format copies.
void describe_structure(const FileHeader& header, GDALDataset& kept) {
  const std::string promise = promise_of(header.metadata);
  const std::string compression = promise.empty() ? header.spec.architecture + " fields" : "samples, " + promise;
  kept.SetMetadataItem("COMPRESSION", compression.c_str(), "IMAGE_STRUCTURE");
  if (header.bands.size() > 1) kept.SetMetadataItem("INTERLEAVE", "PIXEL", "IMAGE_STRUCTURE");
  for (std::size_t b = 0; b < header.bands.size(); ++b) {
    kept.GetRasterBand(static_cast<int>(b) + 1)
        ->SetMetadataItem("QUANTITY", std::string(name(header.bands[b].quantity)).c_str(), "IMAGE_STRUCTURE");
  }
}

}  // namespace

CPLErr guarded(const std::function<void()>& action) {
  try {
    action();
    return CE_None;
  } catch (const Error& error) {
    const bool interrupted = error.kind() == ErrorKind::interrupted;
    CPLError(CE_Failure, interrupted ? CPLE_UserInterrupt : CPLE_AppDefined, "%s", error.what());
  } catch (const std::bad_alloc&) {
    CPLError(CE_Failure, CPLE_OutOfMemory, "SARINR: there is not enough memory");
  } catch (const std::exception& fault) {
    CPLError(CE_Failure, CPLE_AppDefined, "SARINR: %s", fault.what());
  }
  return CE_Failure;
}

SarinrDataset::SarinrDataset(std::shared_ptr<const FieldFile> file, const std::string& path, const Settings& settings)
    : file_(std::move(file)),
      kept_(kept_raster(native_info(*file_).metadata, file_->header().bands, path)),
      domains_(*kept_),
      has_mask_(native_info(*file_).has_mask),
      baseband_(settings.deramped || !has_complex_band(file_->header()) || !is_tops(native_info(*file_).metadata)),
      pyramid_(file_, baseband_),
      cache_(pyramid_, file_->header().bands) {
  const FileHeader& header = file_->header();
  nRasterXSize = header.width;
  nRasterYSize = header.height;
  eAccess = GA_ReadOnly;
  describe_structure(header, *kept_);
  if (const SpeckleTexture* speckle = file_->renderer().speckle()) {
    kept_->SetMetadataItem("SARINR_SPECKLE", std::to_string(speckle->seed()).c_str());
  }
  const int bands = static_cast<int>(header.bands.size());
  const auto type = [&](int band) { return gdal_type(header.bands[static_cast<std::size_t>(band - 1)].type); };
  for (int band = 1; band <= bands; ++band) SetBand(band, new FieldBand(*this, 0, band, type(band)));
  for (int level = 1; level < pyramid_.count(); ++level) {
    auto& row = overviews_.emplace_back();
    for (int band = 1; band <= bands; ++band) {
      row.push_back(std::make_unique<FieldBand>(*this, level, band, type(band)));
    }
  }
  for (int level = 0; has_mask_ && level < pyramid_.count(); ++level) {
    masks_.push_back(std::make_unique<FieldMaskBand>(*this, level));
  }
}

SarinrDataset::~SarinrDataset() { GDALPamDataset::FlushCache(true); }

GDALRasterBand* SarinrDataset::overview(int band, int level) {
  return overviews_[static_cast<std::size_t>(level - 1)][static_cast<std::size_t>(band - 1)].get();
}

GDALRasterBand* SarinrDataset::mask(int level) { return masks_[static_cast<std::size_t>(level)].get(); }

const OGRSpatialReference* SarinrDataset::GetSpatialRef() const {
  const OGRSpatialReference* added = GDALPamDataset::GetSpatialRef();
  return added != nullptr ? added : kept_->GetSpatialRef();
}

CPLErr SarinrDataset::GetGeoTransform(GeoTransformOut transform) SARINR_CONST_SINCE_3_12 {
  if (GDALPamDataset::GetGeoTransform(transform) == CE_None) return CE_None;
  return kept_->GetGeoTransform(transform);
}

int SarinrDataset::GetGCPCount() {
  const int added = GDALPamDataset::GetGCPCount();
  return added > 0 ? added : kept_->GetGCPCount();
}

const OGRSpatialReference* SarinrDataset::GetGCPSpatialRef() const {
  const OGRSpatialReference* added = GDALPamDataset::GetGCPSpatialRef();
  return added != nullptr ? added : kept_->GetGCPSpatialRef();
}

const GDAL_GCP* SarinrDataset::GetGCPs() {
  return GDALPamDataset::GetGCPCount() > 0 ? GDALPamDataset::GetGCPs() : kept_->GetGCPs();
}

char** SarinrDataset::GetMetadataDomainList() { return domains_.list(GDALPamDataset::GetMetadataDomainList()); }

MetadataLines SarinrDataset::GetMetadata(const char* domain) {
  return domains_.lines(domain, GDALPamDataset::GetMetadata(domain));
}

const char* SarinrDataset::GetMetadataItem(const char* name, const char* domain) {
  const char* added = GDALPamDataset::GetMetadataItem(name, domain);
  return added != nullptr ? added : domains_.item(name, domain);
}

/// Nearest is GDAL's own choice among pixels, and so is the mode; the root mean square is the fields' average where the
/// numbers are amplitudes.
bool SarinrDataset::may_resample(const Request& request) const {
  switch (request.resampling) {
    case GRIORA_NearestNeighbour:
    case GRIORA_Mode:
      return false;
    case GRIORA_RMS:
      return std::all_of(request.bands.begin(), request.bands.end(), [&](int band) {
        return file_->header().bands[static_cast<std::size_t>(band)].quantity == Quantity::amplitude;
      });
    default:
      return true;
  }
}

std::optional<CPLErr> SarinrDataset::answer(const Request& request) const {
  const std::vector<BandModel>& bands = file_->header().bands;
  if (request.is_native()) {
    const bool one_block = request.columns <= block_size && request.rows <= block_size;
    if (one_block || allowed_threads() == 1) return std::nullopt;
    return guarded([&] { read_native(pyramid_, bands, request); });
  }
  if (!may_resample(request)) return std::nullopt;
  return guarded([&] {
    if (!baseband_) {
      throw Error(
          "the scene is a Sentinel-1 TOPS product (IW or EW SLC), whose spectrum is not at baseband: values between "
          "its "
          "pixels would be wrong. Read its own pixels (nearest), or open it with -oo DERAMPED=YES if it was deramped");
    }
    read_resampled(pyramid_, bands, request);
  });
}

CPLErr SarinrDataset::IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void* data, int columns, int rows,
                                GDALDataType type, int band_count, BandMap bands, GSpacing pixel_space,
                                GSpacing line_space, GSpacing band_space, GDALRasterIOExtraArg* extra) {
  if (flag == GF_Read) {
    Request request;
    request.window = {x, y, width, height};
    for (int i = 0; i < band_count; ++i) request.bands.push_back(bands[i] - 1);
    request.columns = columns;
    request.rows = rows;
    request.data = static_cast<GByte*>(data);
    request.type = type;
    request.pixel_space = pixel_space;
    request.line_space = line_space;
    request.band_space = band_space;
    take_extra(extra, request);
    if (const auto result = answer(request)) return *result;
  }
  return GDALPamDataset::IRasterIO(flag, x, y, width, height, data, columns, rows, type, band_count, bands, pixel_space,
                                   line_space, band_space, extra);
}

}  // namespace sarinr::geo::driver
