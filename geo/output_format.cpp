#include "output_format.h"

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

std::vector<std::string> default_creation_options(PixelType type, int bands) {
  std::vector<std::string> options{"TILED=YES", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER"};
  if (!is_complex(type)) options.emplace_back(is_integer(type) ? "PREDICTOR=2" : "PREDICTOR=3");
  if (bands > 1) options.emplace_back("INTERLEAVE=BAND");
  return options;
}

}  // namespace sarinr::geo
