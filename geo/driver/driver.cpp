#include "driver.h"

#include <algorithm>
#include <string_view>

#include "create_copy.h"
#include "dataset.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/storage.h"

namespace sarinr::geo::driver {

namespace {

constexpr const char* short_name = "SARINR";
constexpr std::size_t cached_tiles = 512;
constexpr std::string_view magic = "\x89SNR\x1A\n";

int identify(GDALOpenInfo* info) {
  const std::string_view head(reinterpret_cast<const char*>(info->pabyHeader),
                              static_cast<std::size_t>(std::max(0, info->nHeaderBytes)));
  return head.starts_with(magic) ? TRUE : FALSE;
}

std::uint64_t seed_of(const std::string& text) {
  constexpr std::size_t most_digits = 18;
  if (text.empty() || text.size() > most_digits || text.find_first_not_of("0123456789") != std::string::npos) {
    throw Error("SPECKLE is '" + text + "'; it must be a whole number from 0 on, of 18 digits at most");
  }
  return std::stoull(text);
}

GDALDataset* open(GDALOpenInfo* info) {
  if (identify(info) == FALSE) return nullptr;
  if (info->eAccess == GA_Update) {
    CPLError(CE_Failure, CPLE_NotSupported, "%s: a .sinr cannot be updated, open it for reading", info->pszFilename);
    return nullptr;
  }
  std::unique_ptr<SarinrDataset> dataset;
  const CPLErr result = guarded([&] {
    const std::string path = info->pszFilename;
    SarinrDataset::Settings settings;
    settings.deramped = CPLFetchBool(info->papszOpenOptions, "DERAMPED", false);
    const bool ignore_damaged = CPLFetchBool(info->papszOpenOptions, "IGNORE_DAMAGED", false);
    const std::shared_ptr<FieldFile> file =
        FieldFile::open(open_source(path), path, cached_tiles, ignore_damaged ? OnDamage::accept : OnDamage::refuse);
    const char* const seed = CSLFetchNameValue(info->papszOpenOptions, "SPECKLE");
    if (seed != nullptr) file->add_speckle(seed_of(seed));
    dataset = std::make_unique<SarinrDataset>(file, path, settings);
    dataset->SetDescription(path.c_str());
    dataset->load_side_file(info->GetSiblingFiles());
  });
  return result == CE_None ? dataset.release() : nullptr;
}

}  // namespace

void register_driver() {
  if (!GDAL_CHECK_VERSION("the SARINR driver") || GDALGetDriverByName(short_name) != nullptr) return;
  auto driver = std::make_unique<GDALDriver>();
  driver->SetDescription(short_name);
  driver->SetMetadataItem(GDAL_DCAP_RASTER, "YES");
  driver->SetMetadataItem(GDAL_DCAP_VIRTUALIO, "YES");
  driver->SetMetadataItem(GDAL_DMD_LONGNAME, "SAR rasters as neural fields (.sinr)");
  driver->SetMetadataItem(GDAL_DMD_EXTENSION, "sinr");
  driver->SetMetadataItem(GDAL_DMD_EXTENSIONS, "sinr");
  driver->SetMetadataItem(
      GDAL_DMD_CREATIONDATATYPES,
      "Byte UInt16 Int16 UInt32 Int32 UInt64 Int64 Float32 Float64 CInt16 CInt32 CFloat32 CFloat64");
  driver->SetMetadataItem(
      GDAL_DMD_OPENOPTIONLIST,
      "<OpenOptionList><Option name='DERAMPED' type='boolean' default='NO' description='complex TOPS "
      "data was brought to baseband, so that it may be interpolated'/><Option name='IGNORE_DAMAGED' type='boolean' "
      "default='NO' description='tiles that cannot be read are nodata, or masked'/><Option name='SPECKLE' "
      "type='string' "
      "description='seed of the speckle to put back, where the file was fitted with --keep-speckle'/>"
      "</OpenOptionList>");
  driver->SetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST, creation_options());
  driver->pfnIdentify = identify;
  driver->pfnOpen = open;
  driver->pfnCreateCopy = create_copy;
  GetGDALDriverManager()->RegisterDriver(driver.release());
}

}  // namespace sarinr::geo::driver
