#include "sarinr/geo/target_grid.h"

#include <gdal_utils.h>
#include <ogr_spatialref.h>

#include <cmath>
#include <filesystem>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

using nlohmann::json;

struct Place {
  double x;
  double y;
  bool found;
};

Place source_of(const TargetGrid& grid, double column, double row) {
  std::uint8_t found = 0;
  grid.map->to_source(1, &column, &row, &found);
  return {column, row, found != 0};
}

void expect_source(const TargetGrid& grid, double column, double row, double x, double y, double tolerance) {
  const Place place = source_of(grid, column, row);
  EXPECT_TRUE(place.found);
  EXPECT_NEAR(place.x, x, tolerance);
  EXPECT_NEAR(place.y, y, tolerance);
}

void expect_geotransform(const TargetGrid& grid, const std::array<double, 6>& expected, double tolerance = 1e-9) {
  const json metadata = json::parse(grid.metadata);
  ASSERT_TRUE(metadata.contains("geotransform"));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(metadata["geotransform"][i].get<double>(), expected[i], tolerance);
}

std::string crs_name(const TargetGrid& grid) {
  OGRSpatialReference crs;
  crs.SetFromUserInput(json::parse(grid.metadata)["crs"].get<std::string>().c_str());
  return crs.GetName();
}

const std::string utm = R"({"crs": "EPSG:32631", "geotransform": [500000, 10, 0, 5000000, 0, -10]})";
const std::string no_georeferencing = R"({"metadata": {"": {"SENSOR": "S1"}}})";

/// 5x5 points over 400x400 pixels; longitude and latitude are linear in the pixel.
json grid_of_points(double first_longitude) {
  json gcps = {{"crs", "EPSG:4326"}};
  for (int i = 0; i < 25; ++i) {
    const double longitude = first_longitude + 0.01 * (i % 5);
    gcps["pixel"].push_back(100.0 * (i % 5));
    gcps["line"].push_back(100.0 * (i / 5));
    gcps["x"].push_back(longitude > 180 ? longitude - 360 : longitude);
    gcps["y"].push_back(40 - 0.02 * (i / 5));
    gcps["z"].push_back(7.5 * i);
    gcps["id"].push_back("point " + std::to_string(i));
  }
  return {{"gcps", gcps}};
}

/// Line and sample are the normalised latitude and longitude plus a hundredth of the height, 300 m being 0.
json simple_rpc() {
  const auto only = [](int index, int height_term) {
    std::string text;
    for (int i = 0; i < 20; ++i) text += i == index ? "1 " : i == height_term ? "0.01 " : "0 ";
    return text;
  };
  return {{"LINE_OFF", "100"},
          {"SAMP_OFF", "200"},
          {"LAT_OFF", "45"},
          {"LONG_OFF", "7"},
          {"HEIGHT_OFF", "300"},
          {"LINE_SCALE", "100"},
          {"SAMP_SCALE", "200"},
          {"LAT_SCALE", "0.5"},
          {"LONG_SCALE", "0.5"},
          {"HEIGHT_SCALE", "500"},
          {"LINE_NUM_COEFF", only(2, -1)},
          {"LINE_DEN_COEFF", only(0, -1)},
          {"SAMP_NUM_COEFF", only(1, 3)},
          {"SAMP_DEN_COEFF", only(0, -1)}};
}

std::string rpc_metadata() { return json{{"metadata", {{"RPC", simple_rpc()}, {"", {{"SENSOR", "S1"}}}}}}.dump(); }

using TargetGridTest = GeoTest;

TEST_F(TargetGridTest, NothingAskedIsTheSourceItself) {
  for (const std::string& metadata : {utm, no_georeferencing, grid_of_points(8).dump(), rpc_metadata()}) {
    const TargetGrid grid = target_grid(metadata, 400, 300, {});
    EXPECT_EQ(grid.width, 400);
    EXPECT_EQ(grid.height, 300);
    EXPECT_FALSE(grid.reprojected);
    EXPECT_EQ(json::parse(grid.metadata), json::parse(metadata));
    const Place place = source_of(grid, 123.25, 77.5);
    EXPECT_EQ(place.x, 123.25);
    EXPECT_EQ(place.y, 77.5);
  }
}

TEST_F(TargetGridTest, AlignedQuarterIsExact) {
  GridRequest scaled;
  scaled.scale = 0.25;
  GridRequest coarse;
  coarse.resolution = {40, 40};
  GridRequest sized;
  sized.size = {100, 75};
  for (const GridRequest& request : {scaled, coarse, sized}) {
    const TargetGrid grid = target_grid(utm, 400, 300, request);
    EXPECT_EQ(grid.width, 100);
    EXPECT_EQ(grid.height, 75);
    EXPECT_FALSE(grid.reprojected);
    expect_geotransform(grid, {500000, 40, 0, 5000000, 0, -40}, 0);
    const Place place = source_of(grid, 17, 33);
    EXPECT_EQ(place.x, 68);
    EXPECT_EQ(place.y, 132);
  }
}

TEST_F(TargetGridTest, ScaleThatDoesNotDivideSpansTheSource) {
  GridRequest request;
  request.scale = 0.25;
  const TargetGrid grid = target_grid(utm, 1002, 301, request);
  EXPECT_EQ(grid.width, 251);
  EXPECT_EQ(grid.height, 75);
  expect_source(grid, 251, 75, 1002, 301, 1e-12);
  expect_geotransform(grid, {500000, 10020.0 / 251, 0, 5000000, 0, -3010.0 / 75});
}

TEST_F(TargetGridTest, BboxCutsAndRescales) {
  GridRequest request;
  request.bbox = {500100, 4998000, 501100, 4999950};
  const TargetGrid native = target_grid(utm, 400, 300, request);
  EXPECT_EQ(native.width, 100);
  EXPECT_EQ(native.height, 195);
  EXPECT_EQ(source_of(native, 0, 0).x, 10);
  EXPECT_EQ(source_of(native, 0, 0).y, 5);
  request.resolution = {5, 2.5};
  const TargetGrid fine = target_grid(utm, 400, 300, request);
  EXPECT_EQ(fine.width, 200);
  EXPECT_EQ(fine.height, 780);
  EXPECT_EQ(source_of(fine, 3, 7).x, 11.5);
  EXPECT_EQ(source_of(fine, 3, 7).y, 6.75);
  expect_geotransform(fine, {500100, 5, 0, 4999950, 0, -2.5}, 0);
  request.resolution.reset();
  request.size = {50, 65};
  expect_geotransform(target_grid(utm, 400, 300, request), {500100, 20, 0, 4999950, 0, -30});
  request.size.reset();
  request.scale = 2;
  EXPECT_EQ(target_grid(utm, 400, 300, request).height, 390);
}

TEST_F(TargetGridTest, OwnCrsByNameKeepsTheAxes) {
  GridRequest request;
  request.dst_crs = "EPSG:32631";
  const TargetGrid grid = target_grid(utm, 400, 300, request);
  EXPECT_FALSE(grid.reprojected);
  EXPECT_EQ(grid.width, 400);
  EXPECT_EQ(source_of(grid, 399.5, 2).x, 399.5);
}

TEST_F(TargetGridTest, FlippedAxesStayFlipped) {
  const std::string south_up = R"({"geotransform": [100, -2, 0, 50, 0, 1]})";
  GridRequest request;
  request.bbox = {40, 60, 80, 100};
  const TargetGrid grid = target_grid(south_up, 50, 100, request);
  expect_geotransform(grid, {80, -2, 0, 60, 0, 1});
  EXPECT_EQ(grid.width, 20);
  EXPECT_EQ(grid.height, 40);
  expect_source(grid, 0, 0, 10, 10, 1e-12);
  EXPECT_EQ(grid.ground, nullptr);
}

TEST_F(TargetGridTest, PixelsWithoutGeoreferencing) {
  GridRequest request;
  request.bbox = {10, 20, 110, 60};
  request.resolution = {2, 4};
  const TargetGrid grid = target_grid(no_georeferencing, 200, 100, request);
  EXPECT_EQ(grid.width, 50);
  EXPECT_EQ(grid.height, 10);
  expect_source(grid, 1, 1, 12, 24, 0);
  EXPECT_EQ(json::parse(grid.metadata), json::parse(no_georeferencing));
  EXPECT_EQ(grid.ground, nullptr);
}

TEST_F(TargetGridTest, RotationIsKeptByScaleAndUndoneByResolution) {
  // 30 degrees, 10 m pixels.
  const double c = 10 * std::cos(M_PI / 6);
  const double s = 10 * std::sin(M_PI / 6);
  const json metadata = {{"crs", "EPSG:32631"}, {"geotransform", {500000, c, s, 5000000, s, -c}}};
  GridRequest request;
  request.scale = 0.5;
  const TargetGrid scaled = target_grid(metadata.dump(), 400, 300, request);
  EXPECT_FALSE(scaled.reprojected);
  expect_geotransform(scaled, {500000, 2 * c, 2 * s, 5000000, 2 * s, -2 * c});
  expect_source(scaled, 10, 20, 20, 40, 0);
  request.scale.reset();
  request.resolution = {10, 10};
  const TargetGrid straight = target_grid(metadata.dump(), 400, 300, request);
  EXPECT_TRUE(straight.reprojected);
  const json g = json::parse(straight.metadata)["geotransform"];
  EXPECT_EQ(g[2], 0.0);
  EXPECT_EQ(g[5], -10.0);
  // The ground of source pixel (100, 50), found on the target and brought back.
  const double x = 500000 + 100 * c + 50 * s;
  const double y = 5000000 + 100 * s - 50 * c;
  expect_source(straight, (x - g[0].get<double>()) / 10, (y - g[3].get<double>()) / -10, 100, 50, 1e-6);
}

TEST_F(TargetGridTest, ControlPointsMoveWithTheFrame) {
  GridRequest request;
  request.size = {200, 100};
  const json source = grid_of_points(8);
  const TargetGrid grid = target_grid(source.dump(), 400, 400, request);
  EXPECT_FALSE(grid.reprojected);
  const json moved = json::parse(grid.metadata)["gcps"];
  for (const char* kept : {"x", "y", "z", "id", "crs"}) EXPECT_EQ(moved[kept], source["gcps"][kept]);
  for (std::size_t i = 0; i < 25; ++i) {
    EXPECT_EQ(moved["pixel"][i].get<double>(), source["gcps"]["pixel"][i].get<double>() / 2);
    EXPECT_EQ(moved["line"][i].get<double>(), source["gcps"]["line"][i].get<double>() / 4);
  }
  EXPECT_EQ(grid.ground, nullptr);
}

TEST_F(TargetGridTest, RpcAndGeolocationScaleWithTheFrame) {
  json source = json::parse(rpc_metadata());
  source["metadata"]["GEOLOCATION"] = {{"PIXEL_OFFSET", "3"}, {"LINE_OFFSET", "8"}, {"PIXEL_STEP", "10"}};
  GridRequest request;
  request.size = {100, 100};
  const TargetGrid grid = target_grid(source.dump(), 400, 200, request);
  const auto before = PixelLocator(source.dump()).pixel(7.25, 45.2);
  const auto after = PixelLocator(grid.metadata).pixel(7.25, 45.2);
  EXPECT_NEAR(after.x, before.x / 4, 1e-9);
  EXPECT_NEAR(after.y, before.y / 2, 1e-9);
  const json arrays = json::parse(grid.metadata)["metadata"]["GEOLOCATION"];
  EXPECT_EQ(arrays["PIXEL_OFFSET"], "0.75");
  EXPECT_EQ(arrays["LINE_OFFSET"], "4");
  EXPECT_EQ(arrays["PIXEL_STEP"], "2.5");
}

TEST_F(TargetGridTest, StatisticsAreOfTheSourceOnly) {
  json source = json::parse(utm);
  source["metadata"] = {{"", {{"AREA_OR_POINT", "Point"}, {"STATISTICS_MEAN", "1"}}}};
  source["bands"] = {{{"description", "VV"}, {"metadata", {{"", {{"STATISTICS_MEAN", "1"}}}}}}};
  EXPECT_EQ(json::parse(target_grid(source.dump(), 40, 40, {}).metadata), source);
  GridRequest request;
  request.scale = 0.5;
  const json metadata = json::parse(target_grid(source.dump(), 40, 40, request).metadata);
  EXPECT_EQ(metadata["metadata"], (json{{"", {{"AREA_OR_POINT", "Point"}}}}));
  EXPECT_EQ(metadata["bands"], (json{{{"description", "VV"}}}));
}

TEST_F(TargetGridTest, ControlPointsMakeANorthUpGrid) {
  GridRequest request;
  request.resolution = {0.0001, 0.0002};
  const TargetGrid grid = target_grid(grid_of_points(8).dump(), 400, 400, request);
  EXPECT_TRUE(grid.reprojected);
  EXPECT_EQ(grid.width, 400);
  EXPECT_EQ(grid.height, 400);
  expect_geotransform(grid, {8, 0.0001, 0, 40, 0, -0.0002});
  EXPECT_FALSE(json::parse(grid.metadata).contains("gcps"));
  expect_source(grid, 37.5, 300.25, 37.5, 300.25, 1e-4);
  for (const GcpMethod method : {GcpMethod::order1, GcpMethod::order2, GcpMethod::order3}) {
    request.location.gcp_method = method;
    expect_source(target_grid(grid_of_points(8).dump(), 400, 400, request), 37.5, 300.25, 37.5, 300.25, 1e-4);
  }
  EXPECT_FALSE(source_of(grid, 5000, 200).found);
}

TEST_F(TargetGridTest, RpcTakeHeightsAndDem) {
  GridRequest request;
  request.bbox = {6.5, 44.5, 7.5, 45.5};
  request.size = {100, 100};
  const auto column = [&](const GridRequest& asked) {
    return source_of(target_grid(rpc_metadata(), 400, 200, asked), 75, 50).x;
  };
  // Longitude 7.25 is half a SAMP_SCALE from the centre; a height of 800 m adds 0.01 SAMP_SCALE.
  EXPECT_NEAR(column(request), 300.5, 1e-6);
  request.location.height = 800;
  EXPECT_NEAR(column(request), 302.5, 1e-6);
  const std::string dem = memory_path("dem.tif");
  {
    const auto tiff = make_tiff(dem, 40, 40, 1, GDT_Float32);
    OGRSpatialReference crs;
    crs.importFromEPSG(4326);
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    tiff->SetSpatialRef(&crs);
    double geotransform[6] = {6, 0.05, 0, 46, 0, -0.05};
    tiff->SetGeoTransform(geotransform);
    fill(*tiff->GetRasterBand(1), [](int, int) { return 550; });
  }
  request.location.height.reset();
  request.location.dem = dem;
  EXPECT_NEAR(column(request), 301.5, 1e-6);
  EXPECT_FALSE(json::parse(target_grid(rpc_metadata(), 400, 200, request).metadata)["metadata"].contains("RPC"));
}

TEST_F(TargetGridTest, ScenesAcrossTheDateLine) {
  GridRequest request;
  request.dst_crs = "EPSG:4326";
  // UTM zone 1 begins at 180 W: 400 pixels of 100 m around it, at the equator.
  const std::string metadata = R"({"crs": "EPSG:32601", "geotransform": [146000, 100, 0, 100000, 0, -100]})";
  const TargetGrid grid = target_grid(metadata, 400, 300, request);
  const json g = json::parse(grid.metadata)["geotransform"];
  EXPECT_NEAR(std::abs(g[0].get<double>()), 180, 0.3);
  EXPECT_NEAR(grid.width * g[1].get<double>(), 0.36, 0.01);
  for (const double column : {0.25, 0.5, 0.75}) {
    const Place place = source_of(grid, column * grid.width, grid.height / 2.0);
    EXPECT_TRUE(place.found);
    EXPECT_NEAR(place.x, column * 400, 2);
  }
  request.bbox = {179.9, 0.2, -179.9, 0.8};
  const TargetGrid across = target_grid(metadata, 400, 300, request);
  EXPECT_NEAR(across.width * json::parse(across.metadata)["geotransform"][1].get<double>(), 0.2, 1e-9);
  request.bbox = {-180.1, 0.2, -179.9, 0.8};
  const TargetGrid turned = target_grid(metadata, 400, 300, request);
  ASSERT_EQ(turned.width, across.width);
  const Place a = source_of(across, 10, 10);
  const Place b = source_of(turned, 10, 10);
  EXPECT_NEAR(a.x, b.x, 1e-4);
  EXPECT_NEAR(a.y, b.y, 1e-4);
}

TEST_F(TargetGridTest, ControlPointsAcrossTheDateLine) {
  GridRequest request;
  request.resolution = {0.0001, 0.0002};
  const TargetGrid grid = target_grid(grid_of_points(179.98).dump(), 400, 400, request);
  EXPECT_EQ(grid.width, 400);
  expect_source(grid, 300, 100, 300, 100, 1e-3);
}

TEST_F(TargetGridTest, LongitudesFrom0To360) {
  const std::string metadata = R"({"crs": "EPSG:4326", "geotransform": [190, 0.5, 0, 10, 0, -0.5]})";
  GridRequest request;
  request.bbox = {-165, 0, -160, 5};
  const TargetGrid cut = target_grid(metadata, 40, 40, request);
  EXPECT_EQ(cut.width, 10);
  expect_source(cut, 0, 0, 10, 10, 1e-9);
  expect_geotransform(cut, {-165, 0.5, 0, 5, 0, -0.5});
  GridRequest projected;
  projected.dst_crs = "EPSG:32603";  // central meridian 165 W
  projected.bbox = {400000, 0, 600000, 500000};
  projected.resolution = {1000, 1000};
  const TargetGrid grid = target_grid(metadata, 40, 40, projected);
  expect_source(grid, 100, 500, 10, 20, 1e-6);
}

TEST_F(TargetGridTest, CopiesAnotherRastersGrid) {
  const std::string path = memory_path("like.tif");
  {
    const auto tiff = make_tiff(path, 30, 20, 1, GDT_Byte);
    OGRSpatialReference crs;
    crs.importFromEPSG(32631);
    tiff->SetSpatialRef(&crs);
    double geotransform[6] = {500200, 20, 0, 4999900, 0, -20};
    tiff->SetGeoTransform(geotransform);
  }
  GridRequest request;
  request.like = path;
  const TargetGrid grid = target_grid(utm, 400, 300, request);
  EXPECT_EQ(grid.width, 30);
  EXPECT_EQ(grid.height, 20);
  EXPECT_FALSE(grid.reprojected);
  expect_geotransform(grid, {500200, 20, 0, 4999900, 0, -20}, 0);
  expect_source(grid, 1, 2, 22, 14, 0);
  const TargetGrid other =
      target_grid(R"({"crs": "EPSG:4326", "geotransform": [2.9, 0.001, 0, 45.3, 0, -0.001]})", 400, 400, request);
  EXPECT_TRUE(other.reprojected);
  EXPECT_EQ(crs_name(other), "WGS 84 / UTM zone 31N");
}

TEST_F(TargetGridTest, GroundScaleOfMaps) {
  double column = 0;
  double row = 0;
  target_grid(utm, 400, 300, {}).ground->metres_per_pixel(3, 4, column, row);
  EXPECT_EQ(column, 10);
  EXPECT_EQ(row, -10);
  const std::string feet = R"({"crs": "EPSG:2263", "geotransform": [900000, 6, 0, 200000, 0, -3]})";
  target_grid(feet, 40, 30, {}).ground->metres_per_pixel(0, 0, column, row);
  EXPECT_NEAR(column, 6 * 1200.0 / 3937, 1e-9);
  EXPECT_NEAR(row, -3 * 1200.0 / 3937, 1e-9);
  const double side = 10 / std::sqrt(2);
  const json rotated = {{"crs", "EPSG:32631"}, {"geotransform", {500000, side, side, 5000000, side, -side}}};
  target_grid(rotated.dump(), 40, 30, {}).ground->metres_per_pixel(0, 0, column, row);
  EXPECT_NEAR(column, 10, 1e-9);
  EXPECT_NEAR(row, -10, 1e-9);
  EXPECT_EQ(target_grid(grid_of_points(8).dump(), 400, 400, {}).ground, nullptr);
}

TEST_F(TargetGridTest, GroundScaleOfLongitudesMatchesProjLengths) {
  const std::string metadata = R"({"crs": "EPSG:4326", "geotransform": [8, 0.001, 0, 61, 0, -0.002]})";
  const TargetGrid grid = target_grid(metadata, 400, 1000, {});
  double column = 0;
  double row = 0;
  grid.ground->metres_per_pixel(100, 500, column, row);
  // Lengths of a degree at 60 N on WGS 84: 55 800 and 111 412 m (Snyder's series, to the metre).
  EXPECT_NEAR(column, 55.800, 1e-3);
  EXPECT_NEAR(row, -222.824, 2e-3);
}

TEST_F(TargetGridTest, SameGridAsGdalwarp) {
  struct Case {
    std::vector<const char*> arguments;
    GridRequest request;
  };
  std::vector<Case> cases(5);
  cases[0] = {{"-t_srs", "EPSG:4326"}, {}};
  cases[1] = {{"-t_srs", "EPSG:4326", "-tr", "0.0002", "0.0001"}, {}};
  cases[1].request.resolution = {0.0002, 0.0001};
  cases[2] = {{"-t_srs", "EPSG:4326", "-ts", "123", "321"}, {}};
  cases[2].request.size = {123, 321};
  cases[3] = {{"-t_srs", "EPSG:4326", "-te", "3.01", "45.13", "3.03", "45.14", "-ts", "77", "33"}, {}};
  cases[3].request.bbox = {3.01, 45.13, 3.03, 45.14};
  cases[3].request.size = {77, 33};
  cases[4] = {{"-t_srs", "EPSG:4326", "-te", "3.01", "45.13", "3.03", "45.14", "-tr", "0.0003", "0.0007"}, {}};
  cases[4].request.bbox = {3.01, 45.13, 3.03, 45.14};
  cases[4].request.resolution = {0.0003, 0.0007};
  const std::string path = memory_path("utm.tif");
  {
    const auto tiff = make_tiff(path, 400, 300, 1, GDT_Byte);
    OGRSpatialReference crs;
    crs.importFromEPSG(32631);
    tiff->SetSpatialRef(&crs);
    double geotransform[6] = {500000, 10, 0, 5000000, 0, -10};
    tiff->SetGeoTransform(geotransform);
  }
  const GDALDatasetUniquePtr source(GDALDataset::Open(path.c_str()));
  for (Case& c : cases) {
    CPLStringList arguments;
    for (const char* argument : c.arguments) arguments.AddString(argument);
    arguments.AddString("-of");
    arguments.AddString("VRT");
    GDALWarpAppOptions* options = GDALWarpAppOptionsNew(arguments.List(), nullptr);
    GDALDatasetH input = GDALDataset::ToHandle(source.get());
    const GDALDatasetUniquePtr warped(GDALDataset::FromHandle(GDALWarp("", nullptr, 1, &input, options, nullptr)));
    GDALWarpAppOptionsFree(options);
    ASSERT_NE(warped, nullptr);
    c.request.dst_crs = "EPSG:4326";
    const TargetGrid grid = target_grid(utm, 400, 300, c.request);
    EXPECT_EQ(grid.width, warped->GetRasterXSize());
    EXPECT_EQ(grid.height, warped->GetRasterYSize());
    std::array<double, 6> expected{};
    warped->GetGeoTransform(expected.data());
    expect_geotransform(grid, expected, 1e-12);
    EXPECT_EQ(crs_name(grid), "WGS 84");
  }
}

TEST_F(TargetGridTest, WrittenRastersLieWhereTheGridSays) {
  GridRequest scaled;
  scaled.scale = 0.5;
  GridRequest warped;
  warped.dst_crs = "EPSG:3035";
  struct Source {
    std::string metadata;
    double longitude;
    double latitude;
  };
  for (const Source& source :
       {Source{utm, 3.02, 45.14}, Source{grid_of_points(8).dump(), 8.02, 39.96}, Source{rpc_metadata(), 7.1, 45.1}}) {
    for (const GridRequest& request : {scaled, warped}) {
      const TargetGrid grid = target_grid(source.metadata, 400, 400, request);
      RasterInfo info;
      info.width = grid.width;
      info.height = grid.height;
      info.bands = {BandModel{Quantity::power, PixelType::f32, std::nullopt}};
      info.metadata = grid.metadata;
      const std::string path = memory_path("out.tif");
      CreateOptions options;
      options.overwrite = true;
      create_raster(path, info, options)->commit();
      const json expected = json::parse(grid.metadata);
      const json written = json::parse(open_raster(path)->info().metadata);
      EXPECT_EQ(written.contains("gcps"), expected.contains("gcps"));
      EXPECT_EQ(written.contains("metadata") && written["metadata"].contains("RPC"),
                expected.contains("metadata") && expected["metadata"].contains("RPC"));
      EXPECT_EQ(written.value("geotransform", json()), expected.value("geotransform", json()));
      const auto a = PixelLocator(grid.metadata).pixel(source.longitude, source.latitude);
      const auto b = PixelLocator(written.dump()).pixel(source.longitude, source.latitude);
      EXPECT_NEAR(a.x, b.x, 1e-6);
      EXPECT_NEAR(a.y, b.y, 1e-6);
    }
  }
}

TEST_F(TargetGridTest, RequestsThatCannotBeMet) {
  const auto error = [](const std::string& metadata, const GridRequest& request) {
    return error_of([&] { target_grid(metadata, 400, 300, request); });
  };
  GridRequest request;
  request.resolution = {10, 10};
  request.size = {10, 10};
  EXPECT_EQ(error(utm, request), "--resolution, --size and --scale contradict each other: give one of them");
  request.size.reset();
  request.like = "a.tif";
  EXPECT_EQ(error(utm, request),
            "--like takes its raster's whole grid: leave --resolution, --size, --scale, --bbox and --dst-crs out");
  request = {};
  request.resolution = {10, -10};
  EXPECT_EQ(error(utm, request), "--resolution needs two numbers above 0, the size of a pixel along x and y");
  request = {};
  request.size = {0, 10};
  EXPECT_EQ(error(utm, request), "--size needs two whole numbers above 0, the width and height in pixels");
  request = {};
  request.scale = std::nan("");
  EXPECT_NE(error(utm, request).find("--scale needs a number above 0"), std::string::npos);
  request.scale = 0.001;
  EXPECT_EQ(error(utm, request),
            "the output would be less than one pixel wide: ask for a finer resolution or a larger bbox");
  request.scale = 1e9;
  EXPECT_EQ(error(utm, request),
            "the output would be 400000000000 pixels wide, and a raster has at most 2147483647: ask for a coarser "
            "resolution or a smaller bbox");
  request = {};
  request.bbox = {600000, 4998000, 601000, 4999000};
  EXPECT_EQ(error(utm, request),
            "the bbox 600000,4998000,601000,4999000 misses the scene, which covers 500000,4997000,504000,5000000 in "
            "the same coordinates");
  request.bbox = {501000, 4998000, 500000, 4999000};
  EXPECT_EQ(error(utm, request),
            "the bbox 501000,4998000,500000,4999000 holds no area: give it as xmin,ymin,xmax,ymax");
  request.bbox = {50, 4, 60, 6};
  request.dst_crs = "EPSG:4326";
  EXPECT_NE(error(utm, request).find("the bbox 50,4,60,6 misses the scene, which covers 3,45.1"), std::string::npos);
  request = {};
  request.dst_crs = "EPSG:4326";
  EXPECT_EQ(error(no_georeferencing, request),
            "the raster has no georeferencing: it cannot be rendered in the coordinate system EPSG:4326");
  EXPECT_EQ(error(R"({"geotransform": [0, 1, 0, 0, 0, 1]})", request),
            "the raster has no coordinate system: it cannot be located in WGS 84");
  request.dst_crs = "mud";
  EXPECT_EQ(error(utm, request), "the coordinate system is not understood: mud");
}

TEST_F(TargetGridTest, LocationOptionsThatDoNotFit) {
  GridRequest request;
  request.dst_crs = "EPSG:4326";
  request.location.height = 100;
  const auto error = [&](const std::string& metadata) {
    return error_of([&] { target_grid(metadata, 400, 300, request); });
  };
  EXPECT_EQ(error(utm),
            "a DEM or a height locates pixels by RPC only, which the raster does not have: leave --dem and --height "
            "out");
  request.location = {};
  request.location.gcp_method = GcpMethod::order3;
  EXPECT_EQ(error(utm), "the raster is not located by ground control points: leave the method for them out");
  json few = {{"gcps", {{"crs", "EPSG:4326"}, {"pixel", {0, 1}}, {"line", {0, 1}}, {"x", {5, 6}}, {"y", {5, 6}}}}};
  EXPECT_EQ(error(few.dump()), "the raster has 2 ground control points, and a polynomial of order 3 needs at least 10");
  request.location = {};
  EXPECT_EQ(error(few.dump()), "the raster has 2 ground control points, and a thin plate spline needs at least 3");
  request.location.dem = memory_path("none.tif");
  EXPECT_NE(error(rpc_metadata()).find("cannot open the DEM " + memory_path("none.tif") + ": "), std::string::npos);
}

TEST_F(TargetGridTest, GridsThatCannotBeCopied) {
  const std::string plain = memory_path("plain.tif");
  make_tiff(plain, 30, 20, 1, GDT_Byte);
  const std::string placed = memory_path("placed.tif");
  {
    const auto tiff = make_tiff(placed, 30, 20, 1, GDT_Byte);
    double geotransform[6] = {0, 20, 0, 0, 0, -20};
    tiff->SetGeoTransform(geotransform);
  }
  GridRequest request;
  const auto error = [&](const std::string& metadata, const std::string& like) {
    request.like = like;
    return error_of([&] { target_grid(metadata, 400, 300, request); });
  };
  EXPECT_EQ(error(utm, plain), plain + " has no georeferencing: --like cannot take its grid");
  EXPECT_EQ(error(no_georeferencing, plain), "neither the raster nor " + plain +
                                                 " has georeferencing, and their sizes differ: give --size in place of "
                                                 "--like");
  EXPECT_EQ(error(no_georeferencing, placed),
            "the raster has no georeferencing: it cannot be placed on the grid of " + placed);
  EXPECT_EQ(error(utm, placed), placed +
                                    " has no coordinate system, and the raster has one: --like cannot take its "
                                    "grid");
  const std::string far = R"({"geotransform": [100000, 1, 0, 0, 0, -1]})";
  EXPECT_EQ(error(far, placed), "the grid of " + placed +
                                    " 0,-400,600,0 misses the scene, which covers 100000,-300,100400,0 in the same "
                                    "coordinates");
  EXPECT_NE(error(utm, memory_path("none.tif")).find("cannot open the raster " + memory_path("none.tif")),
            std::string::npos);
  const TargetGrid same = [&] {
    request.like = plain;
    return target_grid(no_georeferencing, 30, 20, request);
  }();
  EXPECT_EQ(source_of(same, 7, 8).x, 7);
}

}  // namespace
}  // namespace sarinr::geo
