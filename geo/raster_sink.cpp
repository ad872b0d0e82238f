#include <algorithm>
#include <cmath>
#include <utility>

#include "gdal_support.h"
#include "metadata.h"
#include "output_file.h"
#include "output_format.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

namespace {

/// The type that holds every band's pixels.
PixelType common_type(const std::vector<BandModel>& bands) {
  GDALDataType type = gdal_type(bands.at(0).type);
  for (const BandModel& band : bands) type = GDALDataTypeUnion(type, gdal_type(band.type));
  return pixel_type(type);
}

/// Throws an Error where writing as `type` would silently lose what a band holds.
void check_band(const BandModel& band, const std::string& label, PixelType type) {
  const std::string target(name(type));
  if (is_complex(band.type) && !is_complex(type)) {
    throw Error(label + " is complex and cannot be written as " + target + ": give --ot with a complex type");
  }
  const bool lost =
      band.nodata && type != band.type && is_integer(type) && !(round_to(type, *band.nodata) == *band.nodata);
  if (lost) {
    throw Error(label + " has the nodata value " + CPLSPrintf("%.17g", *band.nodata) + ", which the type " + target +
                " cannot hold: give --ot with a type that can");
  }
}

void check_bands(const RasterInfo& info, PixelType type) {
  for (std::size_t i = 0; i < info.bands.size(); ++i) {
    check_band(info.bands[i], info.band_names.size() > i ? info.band_names[i] : "band " + std::to_string(i + 1), type);
  }
}

class GdalSink final : public RasterSink {
 public:
  GdalSink(const std::string& path, const RasterInfo& info, const CreateOptions& options)
      : driver_(output_driver(options.format, path)),
        type_(options.type.value_or(common_type(info.bands))),
        creation_(creation_options(driver_, options.creation, info.bands, type_)),
        copies_(!takes_windows(driver_)),
        output_(path, options.overwrite) {
    check_type(driver_, type_);
    check_bands(info, type_);
    create(info);
    const auto metadata = parse_metadata(info.metadata);
    write_metadata(metadata, *dataset_, path);
    if (info.has_mask) create_mask();
  }

  ~GdalSink() override {
    // GDAL writes what it still holds: complaints about a file that is removed next are of no use.
    const MessageScope scope;
    dataset_.reset();
  }

  void write(const RasterWindow& window) override {
    const int bands = dataset_->GetRasterCount();
    const Extent& place = window.extent;
    const Extent whole{0, 0, dataset_->GetRasterXSize(), dataset_->GetRasterYSize()};
    const std::size_t pixels = static_cast<std::size_t>(place.width) * static_cast<std::size_t>(place.height);
    const bool fits = intersection(place, whole) == place && window.samples.size() == static_cast<std::size_t>(bands) &&
                      std::all_of(window.samples.begin(), window.samples.end(),
                                  [&](const auto& samples) { return samples.size() == pixels; }) &&
                      (window.mask.empty() || window.mask.size() == pixels);
    if (!fits) throw Error("the " + describe(place) + " does not fit " + output_.path(), ErrorKind::internal);
    for (int band = 1; band <= bands; ++band) {
      write_band(*dataset_->GetRasterBand(band), place, window.samples[static_cast<std::size_t>(band - 1)]);
    }
    if (has_mask_) write_mask(place, window.mask);
  }

  void commit() override {
    const MessageScope scope;
    if (copies_) copy();
    dataset_.reset();
    if (scope.failed()) throw Error("cannot write " + output_.path() + ": " + scope.reason());
    output_.commit();
  }

 private:
  void create(const RasterInfo& info) {
    const MessageScope scope;
    const int bands = static_cast<int>(info.bands.size());
    GDALDriver& driver = copies_ ? *GetGDALDriverManager()->GetDriverByName("GTiff") : driver_;
    const CPLStringList options = copies_ ? scratch_options(driver, type_, info.bands.size()) : creation_;
    const std::string place = copies_ ? output_.scratch() : output_.staged();
    dataset_.reset(
        driver.Create(place.c_str(), info.width, info.height, bands, gdal_type(type_), CPLStringList(options).List()));
    if (!dataset_) throw Error("cannot create " + output_.path() + ": " + scope.reason(place));
  }

  void create_mask() {
    MessageScope scope;
    const CPLConfigOptionSetter internal("GDAL_TIFF_INTERNAL_MASK", "YES", false);
    if (dataset_->CreateMaskBand(GMF_PER_DATASET) != CE_None) {
      throw Error("cannot create " + output_.path() + ": its format has no place for the raster's mask (" +
                  scope.reason() + ")");
    }
    has_mask_ = true;
  }

  void write_band(GDALRasterBand& band, const Extent& place, const std::vector<Sample>& samples) {
    const MessageScope scope;
    rounded_ = samples;
    for (Sample& sample : rounded_) sample = {round_to(type_, sample.re), round_to(type_, sample.im)};
    if (band.RasterIO(GF_Write, place.x, place.y, place.width, place.height, rounded_.data(), place.width, place.height,
                      is_complex(type_) ? GDT_CFloat64 : GDT_Float64, sizeof(Sample),
                      static_cast<GSpacing>(sizeof(Sample)) * place.width, nullptr) != CE_None) {
      fail(place, scope);
    }
  }

  void write_mask(const Extent& place, const std::vector<std::uint8_t>& mask) {
    const MessageScope scope;
    std::vector<std::uint8_t> values(static_cast<std::size_t>(place.width) * static_cast<std::size_t>(place.height),
                                     255);
    for (std::size_t i = 0; i < mask.size(); ++i) values[i] = mask[i] != 0 ? 255 : 0;
    if (dataset_->GetRasterBand(1)->GetMaskBand()->RasterIO(GF_Write, place.x, place.y, place.width, place.height,
                                                            values.data(), place.width, place.height, GDT_Byte, 0, 0,
                                                            nullptr) != CE_None) {
      fail(place, scope);
    }
  }

  [[noreturn]] void fail(const Extent& place, const MessageScope& scope) const {
    throw Error("cannot write " + output_.path() + ", " + describe(place) + ": " + scope.reason(output_.staged()));
  }

  void copy() {
    const MessageScope scope;
    dataset_->FlushCache();
    const Dataset target(driver_.CreateCopy(output_.staged().c_str(), dataset_.get(), FALSE, creation_.List(),
                                            GDALDummyProgress, nullptr));
    if (!target) throw Error("cannot create " + output_.path() + ": " + scope.reason(output_.staged()));
  }

  GDALDriver& driver_;
  PixelType type_;
  CPLStringList creation_;
  bool copies_;
  bool has_mask_ = false;
  OutputFile output_;
  Dataset dataset_;  // after output_: it must be closed before its files are removed
  std::vector<Sample> rounded_;
};

}  // namespace

std::unique_ptr<RasterSink> create_raster(const std::string& path, const RasterInfo& info,
                                          const CreateOptions& options) {
  if (info.bands.empty()) throw Error("cannot create " + path + ": it would have no band", ErrorKind::internal);
  try {
    return std::make_unique<GdalSink>(path, info, options);
  } catch (const nlohmann::json::exception& damage) {
    throw Error("the raster's georeferencing and metadata are damaged: " + std::string(damage.what()));
  }
}

}  // namespace sarinr::geo
