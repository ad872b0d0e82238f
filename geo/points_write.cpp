#include <ogrsf_frmts.h>

#include <optional>
#include <set>

#include "gdal_support.h"
#include "metadata.h"
#include "output_file.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/points.h"

namespace sarinr::geo {

namespace {

OGRFieldType ogr_type(FieldType type) {
  if (type == FieldType::integer) return OFTInteger64;
  return type == FieldType::real ? OFTReal : OFTString;
}

/// The features of one output layer.
class PointWriter {
 public:
  PointWriter(const std::string& path, const std::string& place, PointFormat format, const PointTable& table)
      : path_(path), table_(table), csv_(format == PointFormat::csv) {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName(csv_ ? "CSV" : "GeoJSON");
    if (driver == nullptr) throw Error("cannot create " + path_ + ": GDAL was built without the format");
    dataset_.reset(driver->Create(place.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    if (!dataset_) fail();
    std::optional<OGRSpatialReference> crs;
    if (!table.crs.empty()) crs = crs_from_json({{"crs", table.crs}});
    CPLStringList options;
    if (!csv_ && crs) options.SetNameValue("RFC7946", "YES");
    // GDAL's default puts 64-bit integers in quotation marks.
    if (csv_) options.SetNameValue("STRING_QUOTING", "IF_NEEDED");
    layer_ = dataset_->CreateLayer("points", crs ? &*crs : nullptr, csv_ ? wkbNone : wkbPoint, options.List());
    if (layer_ == nullptr) fail();
  }

  void add_fields(const std::vector<ValueColumn>& columns) {
    if (writes_coordinates()) {
      add_field("x", FieldType::real);
      add_field("y", FieldType::real);
    }
    for (const PointField& field : table_.fields) add_field(field.name, field.type);
    for (const ValueColumn& column : columns) add_field(column.name, FieldType::real);
  }

  void add_point(std::size_t index, const std::vector<ValueColumn>& columns) {
    OGRFeature feature(layer_->GetLayerDefn());
    const SamplePoint& point = table_.points[index];
    int field = 0;
    if (writes_coordinates()) {
      feature.SetField(field++, point.x);
      feature.SetField(field++, point.y);
    }
    for (const FieldValue& value : point.fields) set(feature, field++, value);
    for (const ValueColumn& column : columns) {
      if (const auto& value = column.values.at(index)) feature.SetField(field, *value);
      ++field;
    }
    if (!csv_) {
      const OGRPoint geometry(point.x, point.y);
      feature.SetGeometry(&geometry);
    }
    if (layer_->CreateFeature(&feature) != OGRERR_NONE) fail();
  }

  void close() {
    dataset_.reset();
    if (scope_.failed()) fail();
  }

 private:
  bool writes_coordinates() const { return csv_ && !table_.coordinates_are_fields; }

  void add_field(const std::string& name, FieldType type) {
    if (!names_.insert(name).second) {
      throw Error("cannot write " + path_ + ": two of its columns would have the name " + name);
    }
    OGRFieldDefn definition(name.c_str(), ogr_type(type));
    if (layer_->CreateField(&definition) != OGRERR_NONE) fail();
  }

  static void set(OGRFeature& feature, int field, const FieldValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      feature.SetField(field, static_cast<GIntBig>(*integer));
    } else if (const auto* real = std::get_if<double>(&value)) {
      feature.SetField(field, *real);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      feature.SetField(field, text->c_str());
    }
  }

  [[noreturn]] void fail() const { throw Error("cannot write " + path_ + ": " + scope_.reason(path_)); }

  MessageScope scope_;
  std::string path_;
  const PointTable& table_;
  bool csv_;
  Dataset dataset_;
  OGRLayer* layer_ = nullptr;
  std::set<std::string> names_;
};

}  // namespace

void write_points(const std::string& path, PointFormat format, bool overwrite, const PointTable& table,
                  const std::vector<ValueColumn>& columns) {
  std::optional<OutputFile> output;
  if (!path.empty()) output.emplace(path, overwrite);
  PointWriter writer(path.empty() ? "to stdout" : path, output ? output->staged() : "/vsistdout/", format, table);
  writer.add_fields(columns);
  for (std::size_t i = 0; i < table.points.size(); ++i) writer.add_point(i, columns);
  writer.close();
  if (output) output->commit();
}

}  // namespace sarinr::geo
