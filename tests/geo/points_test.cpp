#include "sarinr/geo/points.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

using nlohmann::json;

const std::string degrees = R"({"crs": "EPSG:4326", "geotransform": [10, 0.25, 0, 50, 0, -0.5]})";
/// On the central meridian of zone 31 the easting is 500000, and at the equator the northing 0.
const std::string utm = R"({"crs": "EPSG:32631", "geotransform": [499900, 10, 0, 100, 0, -10]})";

class PointsTest : public GeoTest {
 protected:
  static std::string file(const std::string& name, const std::string& text) {
    const std::string path = memory_path(name);
    write_text(path, text);
    return path;
  }
  static std::string text_of(const std::string& path) {
    VSILFILE* in = VSIFOpenL(path.c_str(), "rb");
    if (in == nullptr) return "no file";
    std::string text(10000, '\0');
    text.resize(VSIFReadL(text.data(), 1, text.size(), in));
    VSIFCloseL(in);
    return text;
  }
};

TEST_F(PointsTest, LongitudesInACsvWithQuotedFields) {
  const PointTable table = read_points(file("a.csv",
                                            "Name,LON,lat,count\n"
                                            "\"harbour, \"\"old\"\"\",11,48,3\n"
                                            "quay,10.25,49.5,\n"),
                                       "", degrees);
  ASSERT_EQ(table.points.size(), 2u);
  EXPECT_EQ(std::get<std::string>(table.points[0].fields[0]), "harbour, \"old\"");
  EXPECT_EQ(std::get<std::int64_t>(table.points[0].fields[3]), 3);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table.points[1].fields[3]));
  EXPECT_EQ(table.fields[3].type, FieldType::integer);
  EXPECT_NEAR(table.points[0].column, 4, 1e-9);
  EXPECT_NEAR(table.points[0].row, 4, 1e-9);
  EXPECT_NEAR(table.points[1].column, 1, 1e-9);
  EXPECT_NEAR(table.points[1].row, 1, 1e-9);
  EXPECT_TRUE(table.points[1].found);
}

TEST_F(PointsTest, LongitudesInAProjectedRaster) {
  const PointTable table = read_points(file("a.csv", "lon,lat\n3,0\n"), "", utm);
  EXPECT_NEAR(table.points[0].column, 10, 1e-6);
  EXPECT_NEAR(table.points[0].row, 10, 1e-6);
}

TEST_F(PointsTest, CoordinatesAreTheRastersOwnUnlessTold) {
  const std::string path = file("a.csv", "x,y\n500050,30\n");
  const PointTable own = read_points(path, "", utm);
  EXPECT_NEAR(own.points[0].column, 15, 1e-9);
  EXPECT_NEAR(own.points[0].row, 7, 1e-9);
  // Zone 32's 500000 is 9 E; the same place seen from zone 31 is far to the east.
  const PointTable other = read_points(file("b.csv", "easting,northing\n500000,0\n"), "EPSG:32632", degrees);
  EXPECT_NEAR(other.points[0].column, -4, 1e-9);
  EXPECT_NEAR(other.points[0].row, 100, 1e-9);
  const PointTable pixels = read_points(file("c.csv", "x,y\n3.5,4\n"), "", "{}");
  EXPECT_EQ(pixels.points[0].column, 3.5);
  EXPECT_EQ(pixels.points[0].row, 4);
}

TEST_F(PointsTest, PixelsNeedNoGeoreferencing) {
  const PointTable table = read_points(file("a.csv", "row,column\n7.5,3\n"), "", "{}");
  EXPECT_EQ(table.points[0].column, 3);
  EXPECT_EQ(table.points[0].row, 7.5);
  EXPECT_TRUE(table.crs.empty());
}

TEST_F(PointsTest, GeoJsonWithProperties) {
  const PointTable table = read_points(
      file("a.geojson",
           R"({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "mast", "kind": 2},
               "geometry": {"type": "Point", "coordinates": [11, 48, 120]}}]})"),
      "", degrees);
  ASSERT_EQ(table.points.size(), 1u);
  EXPECT_NEAR(table.points[0].column, 4, 1e-9);
  EXPECT_EQ(table.points[0].z, 120);
  EXPECT_EQ(std::get<std::string>(table.points[0].fields[0]), "mast");
  EXPECT_FALSE(table.coordinates_are_fields);
}

TEST_F(PointsTest, HeightsMovePointsByRpc) {
  const auto only = [](int index) {
    std::string text;
    for (int i = 0; i < 20; ++i) text += i == index ? "1 " : i == 3 && index == 1 ? "0.01 " : "0 ";
    return text;
  };
  const json rpc = {{"LINE_OFF", "100"},         {"SAMP_OFF", "200"},         {"LAT_OFF", "45"},
                    {"LONG_OFF", "7"},           {"HEIGHT_OFF", "300"},       {"LINE_SCALE", "100"},
                    {"SAMP_SCALE", "200"},       {"LAT_SCALE", "0.5"},        {"LONG_SCALE", "0.5"},
                    {"HEIGHT_SCALE", "500"},     {"LINE_NUM_COEFF", only(2)}, {"LINE_DEN_COEFF", only(0)},
                    {"SAMP_NUM_COEFF", only(1)}, {"SAMP_DEN_COEFF", only(0)}};
  const std::string metadata = json{{"metadata", {{"RPC", rpc}}}}.dump();
  const PointTable table = read_points(file("a.csv", "lon,lat,z\n7.25,45,300\n7.25,45,800\n"), "", metadata);
  EXPECT_NEAR(table.points[0].column, 300.5, 1e-6);
  EXPECT_NEAR(table.points[1].column, 302.5, 1e-6);
  const PointTable flat = read_points(file("b.csv", "lon,lat\n7.25,45\n"), "", metadata);
  EXPECT_NEAR(flat.points[0].column, 300.5, 1e-6);
}

TEST_F(PointsTest, ALineOfPixels) {
  const PointTable table = points_along({500000, 50, 500040, 20}, std::nullopt, "", utm);
  ASSERT_EQ(table.points.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(std::get<double>(table.points[i].fields[0]), 10.0 * static_cast<double>(i), 1e-9);
    EXPECT_NEAR(table.points[i].column, 10 + 0.8 * static_cast<double>(i), 1e-9);
    EXPECT_NEAR(table.points[i].row, 5 + 0.6 * static_cast<double>(i), 1e-9);
  }
  const PointTable coarse = points_along({500000, 50, 500040, 20}, 20, "", utm);
  ASSERT_EQ(coarse.points.size(), 4u);
  EXPECT_NEAR(std::get<double>(coarse.points[3].fields[0]), 50, 1e-9);
  EXPECT_NEAR(coarse.points[3].x, 500040, 1e-6);
}

TEST_F(PointsTest, WritesCsv) {
  const PointTable table =
      read_points(file("a.csv", "name,lon,lat,id\n\"a, b\",11,48,5\nc,10.25,49.5,6\n"), "", degrees);
  const std::string path = memory_path("out.csv");
  write_points(path, PointFormat::csv, false, table, {{"VV", {0.125, std::nullopt}}});
  EXPECT_EQ(text_of(path), "name,lon,lat,id,VV\n\"a, b\",11,48,5,0.125\nc,10.25,49.5,6,\n");
  const PointTable line = points_along({10, 50, 10.5, 50}, 0.25, "", degrees);
  const std::string profile = memory_path("line.csv");
  write_points(profile, PointFormat::csv, false, line, {{"VV", {1, 2, 3}}});
  EXPECT_EQ(text_of(profile), "x,y,distance,VV\n10,50,0,1\n10.25,50,0.25,2\n10.5,50,0.5,3\n");
}

TEST_F(PointsTest, WritesGeoJsonInLongitudeAndLatitude) {
  const PointTable table = read_points(file("a.csv", "id,x,y\n7,500000,0\n"), "", utm);
  const std::string path = memory_path("out.geojson");
  write_points(path, PointFormat::geojson, false, table, {{"VV", {-3.5}}, {"VH", {std::nullopt}}});
  const json written = json::parse(text_of(path));
  const json& feature = written["features"][0];
  EXPECT_EQ(feature["properties"]["id"], 7);
  EXPECT_EQ(feature["properties"]["VV"], -3.5);
  EXPECT_TRUE(!feature["properties"].contains("VH") || feature["properties"]["VH"].is_null());
  EXPECT_NEAR(feature["geometry"]["coordinates"][0].get<double>(), 3, 1e-6);
  EXPECT_NEAR(feature["geometry"]["coordinates"][1].get<double>(), 0, 1e-6);
}

TEST_F(PointsTest, OutputsThatCannotBeWritten) {
  const PointTable table = read_points(file("a.csv", "VV,lon,lat\n1,11,48\n"), "", degrees);
  const auto error = [&](const std::string& path) {
    return error_of([&] { write_points(path, PointFormat::csv, false, table, {{"VV", {1}}}); });
  };
  const std::string path = memory_path("out.csv");
  EXPECT_EQ(error(path), "cannot write " + path + ": two of its columns would have the name VV");
  EXPECT_FALSE(file_exists(path));
  EXPECT_EQ(error(memory_path("a.csv")), memory_path("a.csv") + " exists: give --overwrite to replace it");
}

TEST_F(PointsTest, FilesThatHoldNoPoints) {
  const auto error = [](const std::string& path, const std::string& crs = "") {
    return error_of([&] { read_points(path, crs, degrees); });
  };
  EXPECT_NE(error(memory_path("none.csv")).find("cannot open the points " + memory_path("none.csv")),
            std::string::npos);
  const std::string words = file("words.txt", "lon,lat\n1,2\n");
  EXPECT_EQ(error(words), "cannot open the points " + words +
                              ": it is no vector file that GDAL reads (a CSV's name must end in .csv)");
  const std::string nameless = file("nameless.csv", "a,b\n1,2\n");
  EXPECT_EQ(error(nameless), "the first line of " + nameless + " names neither column,row nor lon,lat nor x,y");
  const std::string broken = file("broken.csv", "lon,lat\n1,2\nthree,4\n");
  EXPECT_EQ(error(broken), broken + ", point 2: the lon 'three' is no number");
  const std::string line = file(
      "line.geojson",
      R"({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}})");
  EXPECT_EQ(error(line), line + ", point 1 is a LINESTRING: only points are sampled");
  EXPECT_EQ(error(file("good.csv", "lon,lat\n1,2\n"), "mud"), "the coordinate system is not understood: mud");
  const std::string pixels = file("pixels.csv", "column,row\n1,2\n");
  EXPECT_EQ(error(pixels, "EPSG:4326"), pixels + " has columns and rows: leave the coordinate system of points out");
  EXPECT_EQ(error_of([&] { read_points(memory_path("good.csv"), "", "{}"); }),
            "the raster has no georeferencing: give points by column and row");
}

TEST_F(PointsTest, LinesThatCannotBeWalked) {
  const auto error = [](const std::array<double, 4>& line, std::optional<double> step) {
    return error_of([&] { points_along(line, step, "", degrees); });
  };
  EXPECT_EQ(error({1, 1, 1, 1}, std::nullopt), "the line has no length: give it as x0,y0,x1,y1");
  EXPECT_EQ(error({1, 1, 2, 1}, -1), "--step needs a number above 0, in units of the line's coordinates");
  EXPECT_EQ(error({1, 1, 2, 1}, 1e-9),
            "the line would have 1000000001 points, and at most 10000000 are taken: give a longer --step");
}

}  // namespace
}  // namespace sarinr::geo
