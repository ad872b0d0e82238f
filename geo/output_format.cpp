#include "output_format.h"

#include <algorithm>

#include "gdal_support.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

namespace {

bool has(GDALDriver& driver, const char* capability) { return driver.GetMetadataItem(capability) != nullptr; }

bool writes_rasters(GDALDriver& driver) {
  return has(driver, GDAL_DCAP_RASTER) && (has(driver, GDAL_DCAP_CREATE) || has(driver, GDAL_DCAP_CREATECOPY));
}

GDALDriver* driver_of_extension(const std::string& extension) {
  if (extension.empty()) return nullptr;
  GDALDriverManager& manager = *GetGDALDriverManager();
  for (int i = 0; i < manager.GetDriverCount(); ++i) {
    GDALDriver& driver = *manager.GetDriver(i);
    if (!writes_rasters(driver) || !has(driver, GDAL_DMD_EXTENSIONS)) continue;
    const CPLStringList extensions(CSLTokenizeString(driver.GetMetadataItem(GDAL_DMD_EXTENSIONS)));
    if (extensions.FindString(extension.c_str()) >= 0) return &driver;
  }
  return nullptr;
}

constexpr const char* some_formats = "give one of those that gdalinfo --formats lists, as GTiff, COG, ENVI or PNG";

}  // namespace

GDALDriver& output_driver(const std::string& format, const std::string& path) {
  GDALDriverManager& manager = *GetGDALDriverManager();
  if (format.empty()) {
    GDALDriver* driver = driver_of_extension(CPLGetExtension(path.c_str()));
    return driver != nullptr ? *driver : *manager.GetDriverByName("GTiff");
  }
  GDALDriver* driver = manager.GetDriverByName(format.c_str());
  if (driver == nullptr) throw Error("the format " + format + " is not known: " + some_formats);
  if (!writes_rasters(*driver)) throw Error("GDAL cannot write rasters of format " + format + ": " + some_formats);
  return *driver;
}

bool takes_windows(GDALDriver& driver) { return has(driver, GDAL_DCAP_CREATE); }

void check_type(GDALDriver& driver, PixelType type) {
  const char* types = driver.GetMetadataItem(GDAL_DMD_CREATIONDATATYPES);
  // GTiff (and COG through it) takes the 64-bit integers that GDAL 3.6 leaves out of its list.
  const bool tiff = EQUAL(driver.GetDescription(), "GTiff") || EQUAL(driver.GetDescription(), "COG");
  if (types == nullptr || tiff) return;
  const CPLStringList legal(CSLTokenizeString(types));
  const std::string wanted(name(type));
  if (legal.FindString(wanted.c_str()) >= 0) return;
  throw Error("the format " + std::string(driver.GetDescription()) + " cannot hold pixels of type " + wanted +
              ": give --ot with one of " + types);
}

namespace {

/// How overviews are made of finer pixels, by GDAL's name.
const char* overview_resampling(const std::vector<BandModel>& bands) {
  const auto all = [&](Quantity quantity) {
    return std::all_of(bands.begin(), bands.end(), [=](const BandModel& band) { return band.quantity == quantity; });
  };
  if (all(Quantity::categorical)) return "MODE";
  return all(Quantity::amplitude) ? "RMS" : "AVERAGE";
}

void set_default(CPLStringList& options, const char* name, const char* value) {
  if (options.FetchNameValue(name) == nullptr) options.SetNameValue(name, value);
}

}  // namespace

CPLStringList creation_options(GDALDriver& driver, const std::vector<std::string>& asked,
                               const std::vector<BandModel>& bands, PixelType type) {
  CPLStringList options;
  for (const std::string& option : asked) {
    if (option.find('=') == std::string::npos) {
      throw Error("the creation option " + option + " is not understood: write it as NAME=VALUE");
    }
    options.AddString(option.c_str());
  }
  const bool tiff = EQUAL(driver.GetDescription(), "GTiff");
  const bool cog = EQUAL(driver.GetDescription(), "COG");
  if (!tiff && !cog) return options;
  if (asked.empty()) {
    options.SetNameValue("COMPRESS", "DEFLATE");
    if (tiff) options.SetNameValue("TILED", "YES");
    if (tiff && bands.size() > 1) options.SetNameValue("INTERLEAVE", "BAND");
    if (cog) options.SetNameValue("PREDICTOR", is_complex(type) ? "NO" : "YES");
    if (tiff && !is_complex(type)) options.SetNameValue("PREDICTOR", is_integer(type) ? "2" : "3");
  }
  set_default(options, "BIGTIFF", "IF_SAFER");
  if (cog && options.FetchNameValue("RESAMPLING") == nullptr) {
    set_default(options, "OVERVIEW_RESAMPLING", overview_resampling(bands));
  }
  return options;
}

CPLStringList scratch_options(GDALDriver& tiff, PixelType type, std::size_t bands) {
  CPLStringList options;
  options.SetNameValue("TILED", "YES");
  options.SetNameValue("BIGTIFF", "IF_SAFER");
  const char* known = tiff.GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST);
  const bool zstd = known != nullptr && std::string(known).find("ZSTD") != std::string::npos;
  options.SetNameValue("COMPRESS", zstd ? "ZSTD" : "DEFLATE");
  options.SetNameValue(zstd ? "ZSTD_LEVEL" : "ZLEVEL", "1");
  if (!is_complex(type)) options.SetNameValue("PREDICTOR", is_integer(type) ? "2" : "3");
  if (bands > 1) options.SetNameValue("INTERLEAVE", "BAND");
  return options;
}

}  // namespace sarinr::geo
