#include <algorithm>

#include "gdal_support.h"
#include "log.h"
#include "metadata.h"

namespace sarinr::geo {

using nlohmann::json;

namespace {

/// Sets one thing after the other, and says in the log which of them the format cannot hold.
class Writer {
 public:
  explicit Writer(const std::string& path) : path_(path) {}

  template <class Action>
  void set(const std::string& what, Action action) {
    MessageScope scope;
    if (action() != CE_None) {
      log(LogLevel::warning,
          path_ + " cannot hold the " + what + ": " + (scope.failed() ? scope.reason() : "its format has no place"));
    }
  }

  void domains(const json& object, GDALMajorObject& target, const std::string& owner) {
    if (!object.contains("metadata")) return;
    for (const auto& [domain, values] : object["metadata"].items()) {
      CPLStringList lines = metadata_lines(values);
      set(owner + "metadata" + (domain.empty() ? "" : " " + domain),
          [&, &name = domain] { return target.SetMetadata(lines.List(), name.c_str()); });
    }
  }

 private:
  std::string path_;
};

void write_georeferencing(const json& metadata, GDALDataset& dataset, Writer& writer, const std::string& path) {
  auto geotransform = geotransform_from_json(metadata);
  if (const auto crs = crs_from_json(metadata)) {
    writer.set("coordinate system", [&] { return dataset.SetSpatialRef(&*crs); });
  }
  if (geotransform) writer.set("geotransform", [&] { return dataset.SetGeoTransform(geotransform->data()); });
  const ControlPoints points(metadata);
  if (points.empty()) return;
  if (geotransform && EQUAL(GDALGetDriverShortName(dataset.GetDriver()), "GTiff")) {
    log(LogLevel::warning, path + " cannot hold a geotransform and ground control points: the points are left out");
    return;
  }
  writer.set("ground control points",
             [&] { return dataset.SetGCPs(points.count(), points.data(), points.crs() ? &*points.crs() : nullptr); });
}

GDALColorTable color_table(const json& colors) {
  GDALColorTable table;
  int index = 0;
  for (const json& color : colors) {
    const GDALColorEntry entry{color.at(0).get<short>(), color.at(1).get<short>(), color.at(2).get<short>(),
                               color.at(3).get<short>()};
    table.SetColorEntry(index++, &entry);
  }
  return table;
}

CPLErr set_nodata(const json& value, GDALRasterBand& band) {
  if (value.is_number_integer() && band.GetRasterDataType() == GDT_Int64) {
    return band.SetNoDataValueAsInt64(value.get<std::int64_t>());
  }
  if (value.is_number_integer() && band.GetRasterDataType() == GDT_UInt64) {
    return band.SetNoDataValueAsUInt64(value.get<std::uint64_t>());
  }
  return band.SetNoDataValue(number_from_json(value));
}

void write_color(const json& object, GDALRasterBand& band, Writer& writer, const std::string& owner) {
  if (object.contains("color_table")) {
    GDALColorTable table = color_table(object["color_table"]);
    writer.set(owner + "colour table", [&] { return band.SetColorTable(&table); });
  }
  if (!object.contains("color_interpretation")) return;
  const auto interpretation =
      GDALGetColorInterpretationByName(object["color_interpretation"].get<std::string>().c_str());
  if (interpretation != band.GetColorInterpretation()) {
    writer.set(owner + "colour interpretation", [&] { return band.SetColorInterpretation(interpretation); });
  }
}

void write_band(const json& object, GDALRasterBand& band, Writer& writer) {
  const std::string owner = "band " + std::to_string(band.GetBand()) + "'s ";
  writer.domains(object, band, owner);
  if (object.contains("description")) band.SetDescription(text_from_json(object["description"]).c_str());
  write_color(object, band, writer, owner);
  if (object.contains("scale")) {
    writer.set(owner + "scale", [&] { return band.SetScale(number_from_json(object["scale"])); });
  }
  if (object.contains("offset")) {
    writer.set(owner + "offset", [&] { return band.SetOffset(number_from_json(object["offset"])); });
  }
  if (object.contains("unit")) {
    writer.set(owner + "unit", [&] { return band.SetUnitType(text_from_json(object["unit"]).c_str()); });
  }
  if (object.contains("nodata")) {
    writer.set(owner + "nodata value", [&] { return set_nodata(object["nodata"], band); });
  }
  if (object.contains("categories")) {
    CPLStringList names = metadata_lines(object["categories"]);
    writer.set(owner + "category names", [&] { return band.SetCategoryNames(names.List()); });
  }
}

}  // namespace

void write_metadata(const json& metadata, GDALDataset& dataset, const std::string& path) {
  Writer writer(path);
  // AREA_OR_POINT is metadata and decides how GTiff stores a geotransform: it goes first.
  writer.domains(metadata, dataset, "");
  write_georeferencing(metadata, dataset, writer, path);
  if (!metadata.contains("bands")) return;
  const json& bands = metadata["bands"];
  const int count = std::min(dataset.GetRasterCount(), static_cast<int>(bands.size()));
  for (int i = 0; i < count; ++i)
    write_band(bands.at(static_cast<std::size_t>(i)), *dataset.GetRasterBand(i + 1), writer);
}

}  // namespace sarinr::geo
