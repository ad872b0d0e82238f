#include <ogrsf_frmts.h>

#include <algorithm>
#include <cmath>

#include "gdal_support.h"
#include "metadata.h"
#include "points_locate.h"
#include "sarinr/base/error.h"
#include "source_model.h"

namespace sarinr::geo {

namespace {

/// The first of the names that the layer has as a field, or -1.
int field_of(const OGRFeatureDefn& definition, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const int index = definition.GetFieldIndex(name); index >= 0) return index;
  }
  return -1;
}

/// Where a CSV has its coordinates.
struct CoordinateColumns {
  enum class Kind { pixels, degrees, ground, none } kind = Kind::none;
  int x = -1;
  int y = -1;
  int z = -1;
};

CoordinateColumns coordinate_columns(const OGRFeatureDefn& definition) {
  using Kind = CoordinateColumns::Kind;
  const int z = field_of(definition, {"z", "height"});
  const auto pair = [&](Kind kind, std::initializer_list<const char*> x,
                        std::initializer_list<const char*> y) -> CoordinateColumns {
    const CoordinateColumns columns{kind, field_of(definition, x), field_of(definition, y), z};
    return columns.x >= 0 && columns.y >= 0 ? columns : CoordinateColumns{};
  };
  for (const CoordinateColumns& columns :
       {pair(Kind::pixels, {"column"}, {"row"}), pair(Kind::degrees, {"lon", "longitude"}, {"lat", "latitude"}),
        pair(Kind::ground, {"x", "easting"}, {"y", "northing"})}) {
    if (columns.kind != Kind::none) return columns;
  }
  return {};
}

double number_of(const OGRFeature& feature, int field, const std::string& place) {
  const std::string text = feature.GetFieldAsString(field);
  char* end = nullptr;
  const double number = CPLStrtod(text.c_str(), &end);
  if (!text.empty() && *end == '\0' && std::isfinite(number)) return number;
  throw Error(place + ": the " + feature.GetDefnRef()->GetFieldDefn(field)->GetNameRef() + " '" + text +
              "' is no number");
}

FieldValue value_of(const OGRFeature& feature, int field) {
  if (!feature.IsFieldSetAndNotNull(field)) return {};
  switch (feature.GetDefnRef()->GetFieldDefn(field)->GetType()) {
    case OFTInteger:
    case OFTInteger64:
      return static_cast<std::int64_t>(feature.GetFieldAsInteger64(field));
    case OFTReal:
      return feature.GetFieldAsDouble(field);
    default:
      return std::string(feature.GetFieldAsString(field));
  }
}

FieldType type_of(OGRFieldType type) {
  if (type == OFTInteger || type == OFTInteger64) return FieldType::integer;
  return type == OFTReal ? FieldType::real : FieldType::text;
}

Dataset open_points(const std::string& path) {
  const MessageScope scope;
  // Lines of a CSV stay plain fields: sarinr says itself which columns are coordinates.
  const char* const options[] = {"AUTODETECT_TYPE=YES", nullptr};
  const bool csv = EQUAL(CPLGetExtension(path.c_str()), "csv");
  Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR, nullptr,
                                    csv ? options : nullptr, nullptr));
  if (!dataset) {
    const std::string reason = scope.reason(path);
    const bool unknown = reason.find("not recognized as a supported") != std::string::npos;
    throw Error("cannot open the points " + path + ": " +
                (unknown ? "it is no vector file that GDAL reads (a CSV's name must end in .csv)" : reason));
  }
  if (dataset->GetLayerCount() > 0) return dataset;
  throw Error("cannot open the points " + path + ": it holds no layer");
}

class PointReader {
 public:
  PointReader(const std::string& path, OGRLayer& layer, bool csv) : path_(path), layer_(layer) {
    const OGRFeatureDefn& definition = *layer.GetLayerDefn();
    if (csv) {
      columns_ = coordinate_columns(definition);
      if (columns_.kind == CoordinateColumns::Kind::none) {
        throw Error("the first line of " + path + " names neither column,row nor lon,lat nor x,y");
      }
    }
    for (int i = 0; i < definition.GetFieldCount(); ++i) {
      const OGRFieldDefn& field = *definition.GetFieldDefn(i);
      table_.fields.push_back({field.GetNameRef(), type_of(field.GetType())});
    }
    table_.coordinates_are_fields = csv;
  }

  PointTable read() {
    const MessageScope scope;
    layer_.ResetReading();
    for (OGRFeatureUniquePtr feature(layer_.GetNextFeature()); feature; feature.reset(layer_.GetNextFeature())) {
      add(*feature);
    }
    if (scope.failed()) throw Error("cannot read the points " + path_ + ": " + scope.reason(path_));
    return std::move(table_);
  }

  const CoordinateColumns& columns() const { return columns_; }
  /// True where points have heights of their own.
  bool has_heights() const { return has_heights_; }

 private:
  void add(const OGRFeature& feature) {
    const std::string place = path_ + ", point " + std::to_string(table_.points.size() + 1);
    SamplePoint point;
    if (columns_.kind == CoordinateColumns::Kind::none) {
      take_geometry(feature, place, point);
    } else {
      point.x = number_of(feature, columns_.x, place);
      point.y = number_of(feature, columns_.y, place);
      if (columns_.z >= 0) point.z = number_of(feature, columns_.z, place);
      has_heights_ = columns_.z >= 0;
    }
    for (int i = 0; i < feature.GetFieldCount(); ++i) point.fields.push_back(value_of(feature, i));
    table_.points.push_back(std::move(point));
  }

  void take_geometry(const OGRFeature& feature, const std::string& place, SamplePoint& point) {
    const OGRGeometry* geometry = feature.GetGeometryRef();
    const bool is_point = geometry != nullptr && wkbFlatten(geometry->getGeometryType()) == wkbPoint;
    if (!is_point || geometry->IsEmpty()) {
      throw Error(place + " is " +
                  (is_point              ? "empty"
                   : geometry == nullptr ? "without geometry"
                                         : std::string("a ") + geometry->getGeometryName()) +
                  ": only points are sampled");
    }
    point.x = geometry->toPoint()->getX();
    point.y = geometry->toPoint()->getY();
    point.z = geometry->Is3D() ? geometry->toPoint()->getZ() : 0;
    has_heights_ = has_heights_ || geometry->Is3D();
  }

  std::string path_;
  OGRLayer& layer_;
  CoordinateColumns columns_;
  bool has_heights_ = false;
  PointTable table_;
};

}  // namespace

PointTable read_points(const std::string& path, const std::string& crs, const std::string& metadata,
                       const LocationOptions& options) {
  const Dataset dataset = open_points(path);
  OGRLayer& layer = *dataset->GetLayer(0);
  PointReader reader(path, layer, EQUAL(dataset->GetDriverName(), "CSV"));
  PointTable table = reader.read();
  using Kind = CoordinateColumns::Kind;
  if (reader.columns().kind == Kind::pixels) {
    if (!crs.empty()) throw Error(path + " has columns and rows: leave the coordinate system of points out");
    for (SamplePoint& point : table.points) {
      point.column = point.x;
      point.row = point.y;
      point.found = true;
    }
    return table;
  }
  std::optional<OGRSpatialReference> known;
  if (!crs.empty()) {
    known = crs_from_json({{"crs", crs}});
  } else if (reader.columns().kind == Kind::degrees) {
    known = wgs84();
  } else if (const OGRSpatialReference* own = layer.GetSpatialRef()) {
    known = *own;
  }
  LocationOptions heights = options;
  const nlohmann::json parsed = parse_metadata(metadata);
  const bool by_rpc = SourceModel(parsed, options).kind() == SourceModel::Kind::rpc;
  if (by_rpc && reader.has_heights()) heights = {options.gcp_method, std::nullopt, 0.0};
  locate(table, known, parsed, heights);
  return table;
}

}  // namespace sarinr::geo
