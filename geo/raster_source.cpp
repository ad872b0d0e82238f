#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "dataset_source.h"
#include "gdal_support.h"
#include "log.h"
#include "metadata.h"
#include "quantity_detection.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

namespace {

Dataset open_dataset(const std::string& path) {
  const MessageScope scope;
  Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR));
  if (!dataset) {
    const std::string reason = scope.reason(path);
    const bool unknown = reason.find("not recognized as a supported") != std::string::npos;
    throw Error("cannot open " + path + ": " + (unknown ? "it is not a raster that GDAL reads" : reason));
  }
  if (dataset->GetRasterCount() > 0) return dataset;
  std::string names;
  CSLConstList lines = dataset->GetMetadata("SUBDATASETS");
  for (; lines != nullptr && *lines != nullptr; ++lines) {
    const std::string line = *lines;
    if (line.find("_NAME=") != std::string::npos) names += "\n  " + line.substr(line.find('=') + 1);
  }
  if (names.empty()) throw Error("cannot open " + path + ": it holds no band");
  throw Error(path + " holds only subdatasets: give the name of one of them:" + names);
}

std::vector<int> selected_bands(const std::vector<int>& wanted, GDALDataset& dataset, const std::string& path) {
  const int count = dataset.GetRasterCount();
  for (const int band : wanted) {
    if (band < 1 || band > count) {
      throw Error(path + " has no band " + std::to_string(band) + ": its bands are 1 to " + std::to_string(count));
    }
  }
  if (!wanted.empty()) return wanted;
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 1);
  return all;
}

Extent selected_window(const std::optional<Extent>& wanted, GDALDataset& dataset, const std::string& path) {
  const Extent whole{0, 0, dataset.GetRasterXSize(), dataset.GetRasterYSize()};
  if (!wanted) return whole;
  // In 64 bits, so that a huge window does not wrap round into the raster.
  const bool inside = wanted->x >= 0 && wanted->y >= 0 && wanted->width > 0 && wanted->height > 0 &&
                      std::int64_t{wanted->x} + wanted->width <= whole.width &&
                      std::int64_t{wanted->y} + wanted->height <= whole.height;
  if (inside) return *wanted;
  throw Error("the " + describe(*wanted) + " is not inside " + path + ", which is " + std::to_string(whole.width) +
              "x" + std::to_string(whole.height));
}

/// GDAL 3.6 has no signed byte: it marks a Byte band whose values are -128 to 127.
bool is_signed_byte(GDALRasterBand& band) {
  const char* pixel_type = band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE");
  return band.GetRasterDataType() == GDT_Byte && pixel_type != nullptr && EQUAL(pixel_type, "SIGNEDBYTE");
}

/// The nodata value where a pixel can hold it: an integer band never equals -9999.5 or what is out of its range.
std::optional<double> nodata_value(GDALRasterBand& band, PixelType type) {
  int set = 0;
  double value = 0;
  if (type == PixelType::i64) {
    value = static_cast<double>(band.GetNoDataValueAsInt64(&set));
  } else if (type == PixelType::u64) {
    value = static_cast<double>(band.GetNoDataValueAsUInt64(&set));
  } else {
    value = band.GetNoDataValue(&set);
  }
  if (set == 0) return std::nullopt;
  if (is_integer(type) && !(value >= lowest(type) && value <= highest(type) && std::trunc(value) == value)) {
    return std::nullopt;
  }
  return value;
}

/// Whether the raster has a mask band of its own, which is neither made of nodata values nor an alpha band.
bool has_own_mask(GDALDataset& dataset, int band, const std::string& path) {
  const int flags = dataset.GetRasterBand(band)->GetMaskFlags();
  if (flags == 0) log(LogLevel::warning, path + " has a mask for each band: these masks are left out");
  return (flags & GMF_PER_DATASET) != 0 && (flags & (GMF_ALPHA | GMF_NODATA)) == 0;
}

/// Name to size and time of change of the files that hold the pixels. Statistics that GDAL notes beside them are not
/// the input's.
nlohmann::json file_stamps(GDALDataset& dataset) {
  nlohmann::json stamps = nlohmann::json::object();
  const CPLStringList files(dataset.GetFileList());
  for (int i = 0; i < files.size(); ++i) {
    const std::string path = files[i];
    VSIStatBufL status;
    if (path.ends_with(".aux.xml") || VSIStatL(path.c_str(), &status) != 0) continue;
    std::int64_t change = static_cast<std::int64_t>(status.st_mtime) * 1'000'000'000;
    struct stat local {};
    if (::stat(path.c_str(), &local) == 0) change += local.st_mtim.tv_nsec;
    stamps[CPLGetFilename(path.c_str())] = {{"bytes", static_cast<std::uint64_t>(status.st_size)}, {"change", change}};
  }
  return stamps;
}

class GdalSource final : public RasterSource {
 public:
  GdalSource(std::string path, std::shared_ptr<GDALDataset> dataset, const OpenOptions& options)
      : path_(std::move(path)),
        dataset_(std::move(dataset)),
        bands_(selected_bands(options.bands, *dataset_, path_)),
        window_(selected_window(options.window, *dataset_, path_)) {
    const MessageScope scope;
    info_.width = window_.width;
    info_.height = window_.height;
    const auto requested = requested_quantities(options.quantities, bands_, *dataset_);
    for (std::size_t i = 0; i < bands_.size(); ++i) add_band(bands_[i], requested[i]);
    info_.has_mask = has_own_mask(*dataset_, bands_.front(), path_);
    info_.metadata = read_metadata(*dataset_, bands_, window_).dump();
  }

  const RasterInfo& info() const override { return info_; }

  std::string identity() const override {
    nlohmann::json quantities = nlohmann::json::array();
    for (const BandModel& band : info_.bands) quantities.push_back(std::string(name(band.quantity)));
    return nlohmann::json{{"options",
                           {{"--bands", bands_},
                            {"--window", {window_.x, window_.y, window_.width, window_.height}},
                            {"--quantity", std::move(quantities)}}},
                          {"files", file_stamps(*dataset_)}}
        .dump();
  }

  RasterWindow read(const Extent& window) override {
    if (intersection(window, {0, 0, info_.width, info_.height}) != window || window.width < 1 || window.height < 1) {
      throw Error("the " + describe(window) + " is not inside " + path_, ErrorKind::internal);
    }
    const Extent place{window_.x + window.x, window_.y + window.y, window.width, window.height};
    RasterWindow result;
    result.extent = window;
    for (const int band : bands_) result.samples.push_back(read_band(*dataset_->GetRasterBand(band), place));
    if (info_.has_mask) result.mask = read_mask(place);
    return result;
  }

 private:
  void add_band(int number, std::optional<Quantity> requested) {
    GDALRasterBand& band = *dataset_->GetRasterBand(number);
    BandModel model;
    model.type = is_signed_byte(band) ? PixelType::i16 : pixel_type(band.GetRasterDataType());
    model.nodata = nodata_value(band, model.type);
    const auto choice = requested ? QuantityChoice{*requested, "asked for"}
                                  : detect_quantity(*dataset_, band, path_, model.nodata, window_);
    model.quantity = choice.quantity;
    info_.bands.push_back(model);
    const std::string description = band.GetDescription();
    info_.band_names.push_back(description.empty() ? "band " + std::to_string(number) : description);
    info_.quantity_reasons.push_back(choice.reason);
  }

  std::vector<Sample> read_band(GDALRasterBand& band, const Extent& place) {
    const MessageScope scope;
    std::vector<Sample> samples(static_cast<std::size_t>(place.width) * static_cast<std::size_t>(place.height));
    const bool complex = GDALDataTypeIsComplex(band.GetRasterDataType());
    // A Sample is laid out as a complex double; a real band fills every first component.
    static_assert(sizeof(Sample) == 2 * sizeof(double));
    if (band.RasterIO(GF_Read, place.x, place.y, place.width, place.height, samples.data(), place.width, place.height,
                      complex ? GDT_CFloat64 : GDT_Float64, sizeof(Sample),
                      static_cast<GSpacing>(sizeof(Sample)) * place.width, nullptr) != CE_None) {
      throw Error("cannot read " + path_ + ", " + describe(place) + " of band " + std::to_string(band.GetBand()) +
                  ": " + scope.reason(path_));
    }
    if (is_signed_byte(band)) {
      for (Sample& sample : samples) sample.re -= sample.re > 127 ? 256 : 0;
    }
    return samples;
  }

  std::vector<std::uint8_t> read_mask(const Extent& place) {
    const MessageScope scope;
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(place.width) * static_cast<std::size_t>(place.height));
    GDALRasterBand& band = *dataset_->GetRasterBand(bands_.front())->GetMaskBand();
    if (band.RasterIO(GF_Read, place.x, place.y, place.width, place.height, mask.data(), place.width, place.height,
                      GDT_Byte, 0, 0, nullptr) != CE_None) {
      throw Error("cannot read the mask of " + path_ + ", " + describe(place) + ": " + scope.reason(path_));
    }
    std::transform(mask.begin(), mask.end(), mask.begin(),
                   [](std::uint8_t value) { return static_cast<std::uint8_t>(value != 0); });
    return mask;
  }

  std::string path_;
  std::shared_ptr<GDALDataset> dataset_;
  std::vector<int> bands_;
  Extent window_;
  RasterInfo info_;
};

}  // namespace

std::unique_ptr<RasterSource> open_raster(const std::string& path, const OpenOptions& options) {
  return std::make_unique<GdalSource>(path, open_dataset(path), options);
}

std::unique_ptr<RasterSource> dataset_raster(GDALDataset& dataset, const OpenOptions& options) {
  std::string name = dataset.GetDescription();
  if (name.empty()) name = "the source";
  if (dataset.GetRasterCount() == 0) throw Error(name + " holds no band");
  return std::make_unique<GdalSource>(name, std::shared_ptr<GDALDataset>(&dataset, [](GDALDataset*) {}), options);
}

}  // namespace sarinr::geo
