#include "kept_metadata.h"

#include "metadata.h"
#include "sarinr/base/error.h"

namespace sarinr::geo::driver {

Dataset kept_raster(const std::string& metadata, const std::vector<BandModel>& bands, const std::string& name) {
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
  if (memory == nullptr) throw Error("GDAL's driver MEM is missing: it is needed to open " + name);
  Dataset dataset(memory->Create("", 1, 1, 0, GDT_Byte, nullptr));
  for (const BandModel& band : bands) dataset->AddBand(gdal_type(band.type), nullptr);
  write_metadata(parse_metadata(metadata), *dataset, name);
  return dataset;
}

MetadataLines MergedDomains::lines(const char* domain, CSLConstList added) {
  MetadataLines kept = kept_.GetMetadata(domain);
  if (added == nullptr || *added == nullptr) return kept;
  merged_ = CPLStringList(CSLDuplicate(kept), TRUE);
  merged_ = CPLStringList(CSLMerge(merged_.StealList(), added), TRUE);
  return merged_.List();
}

char** MergedDomains::list(char** added) const {
  const CPLStringList kept(kept_.GetMetadataDomainList());
  for (int i = 0; i < kept.size(); ++i) {
    if (CSLFindString(added, kept[i]) < 0) added = CSLAddString(added, kept[i]);
  }
  return added;
}

}  // namespace sarinr::geo::driver
