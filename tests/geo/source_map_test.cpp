#include <gdal_alg.h>
#include <ogr_spatialref.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <thread>

#include "geo_test.h"
#include "sarinr/base/random.h"
#include "sarinr/geo/target_grid.h"

namespace sarinr::geo {
namespace {

using nlohmann::json;
using SourceMapTest = GeoTest;

OGRSpatialReference crs_of(const std::string& text) {
  OGRSpatialReference crs;
  crs.SetFromUserInput(text.c_str());
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return crs;
}

struct Points {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<std::uint8_t> found;
};

/// Points spread over the grid, the same at every run.
Points spread(const TargetGrid& grid, std::size_t count) {
  Points points{std::vector<double>(count), std::vector<double>(count), std::vector<std::uint8_t>(count)};
  Random random(7);
  for (std::size_t i = 0; i < count; ++i) {
    points.x[i] = random.uniform(0, grid.width);
    points.y[i] = random.uniform(0, grid.height);
  }
  return points;
}

Points mapped(const TargetGrid& grid, Points points) {
  grid.map->to_source(points.x.size(), points.x.data(), points.y.data(), points.found.data());
  return points;
}

/// The largest distance, in source pixels, between the grid's map and GDAL's own transformer from the target grid to
/// the dataset.
double distance_from_gdal(GDALDataset& source, const TargetGrid& grid, const char* method) {
  const json metadata = json::parse(grid.metadata);
  CPLStringList options;
  options.SetNameValue("DST_SRS", metadata["crs"].get<std::string>().c_str());
  options.SetNameValue("METHOD", method);
  if (std::string(method) == "GCP_POLYNOMIAL") options.SetNameValue("MAX_GCP_ORDER", "3");
  options.SetNameValue("RPC_HEIGHT", "300");
  void* transformer = GDALCreateGenImgProjTransformer2(GDALDataset::ToHandle(&source), nullptr, options.List());
  EXPECT_NE(transformer, nullptr);
  const auto geotransform = metadata["geotransform"].get<std::vector<double>>();
  GDALSetGenImgProjTransformerDstGeoTransform(transformer, geotransform.data());
  const Points target = spread(grid, 2000);
  Points theirs = target;
  std::vector<double> z(2000);
  std::vector<int> success(2000);
  GDALGenImgProjTransform(transformer, TRUE, 2000, theirs.x.data(), theirs.y.data(), z.data(), success.data());
  GDALDestroyTransformer(transformer);
  const Points ours = mapped(grid, target);
  double worst = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    EXPECT_EQ(ours.found[i], success[i]);
    worst = std::max(worst, std::hypot(ours.x[i] - theirs.x[i], ours.y[i] - theirs.y[i]));
  }
  return worst;
}

TargetGrid grid_for(GDALDataset& source, const GridRequest& request) {
  const std::string path = source.GetDescription();
  source.FlushCache();
  return target_grid(open_raster(path)->info().metadata, source.GetRasterXSize(), source.GetRasterYSize(), request);
}

TEST_F(SourceMapTest, AgreesWithGdalOnGeotransforms) {
  const std::array<double, 6> straight{500000, 10, 0, 5000000, 0, -10};
  const std::array<double, 6> rotated{500000, 8, -5, 5000000, -6, -7};
  for (std::array<double, 6> geotransform : {straight, rotated}) {
    const std::string path = memory_path(geotransform[2] == 0 ? "straight.tif" : "rotated.tif");
    const auto source = make_tiff(path, 900, 700, 1, GDT_Byte);
    const OGRSpatialReference crs = crs_of("EPSG:32631");
    source->SetSpatialRef(&crs);
    source->SetGeoTransform(geotransform.data());
    for (const char* target : {"EPSG:4326", "EPSG:3035", "EPSG:3857", "EPSG:32632"}) {
      GridRequest request;
      request.dst_crs = target;
      EXPECT_LT(distance_from_gdal(*source, grid_for(*source, request), "GEOTRANSFORM"), 1e-5) << target;
    }
  }
}

TEST_F(SourceMapTest, ThereAndBack) {
  const std::string metadata = R"({"crs": "EPSG:32631", "geotransform": [500000, 10, 0, 5000000, 0, -10]})";
  GridRequest request;
  request.dst_crs = "EPSG:3035";
  const TargetGrid grid = target_grid(metadata, 900, 700, request);
  const auto g = json::parse(grid.metadata)["geotransform"].get<std::vector<double>>();
  const OGRSpatialReference from = crs_of("EPSG:32631");
  const OGRSpatialReference to = crs_of("EPSG:3035");
  OGRCoordinateTransformation* forward = OGRCreateCoordinateTransformation(&from, &to);
  for (int i = 0; i <= 10; ++i) {
    const double column = 90 * i;
    const double row = 70 * (10 - i);
    double x = 500000 + 10 * column;
    double y = 5000000 - 10 * row;
    ASSERT_TRUE(forward->Transform(1, &x, &y));
    x = (x - g[0]) / g[1];
    y = (y - g[3]) / g[5];
    EXPECT_TRUE(x >= -0.1 && x <= grid.width + 0.1 && y >= -0.1 && y <= grid.height + 0.1);
    std::uint8_t found = 0;
    grid.map->to_source(1, &x, &y, &found);
    EXPECT_EQ(found, 1);
    // PROJ's inverse of this projection is good to half a millimetre.
    EXPECT_NEAR(x, column, 2e-4);
    EXPECT_NEAR(y, row, 2e-4);
  }
  OGRCoordinateTransformation::DestroyCT(forward);
}

TEST_F(SourceMapTest, PointsDoNotDependOnOneAnotherOrOnThreads) {
  // Between NAD27 and WGS 84 PROJ chooses among many operations by place.
  const std::string metadata = R"({"crs": "EPSG:4267", "geotransform": [-120, 0.05, 0, 50, 0, -0.05]})";
  GridRequest request;
  request.dst_crs = "EPSG:3857";
  const TargetGrid grid = target_grid(metadata, 900, 700, request);
  const Points target = spread(grid, 3000);
  const Points together = mapped(grid, target);
  for (std::size_t i = 0; i < 3000; i += 30) {
    Points alone{{target.x[i]}, {target.y[i]}, {0}};
    alone = mapped(grid, alone);
    EXPECT_EQ(alone.found[0], together.found[i]);
    EXPECT_EQ(alone.x[0], together.x[i]);
    EXPECT_EQ(alone.y[0], together.y[i]);
  }
  std::vector<Points> results(4);
  {
    std::vector<std::jthread> threads;
    for (Points& result : results) threads.emplace_back([&] { result = mapped(grid, target); });
  }
  for (const Points& result : results) {
    EXPECT_EQ(result.x, together.x);
    EXPECT_EQ(result.y, together.y);
  }
}

TEST_F(SourceMapTest, PlacesBeyondAProjectionAreNotFound) {
  const std::string metadata = R"({"crs": "EPSG:3035", "geotransform": [4000000, 1000, 0, 3000000, 0, -1000]})";
  GridRequest request;
  request.dst_crs = "EPSG:4326";
  request.bbox = {5, 40, 20, 95};
  request.size = {15, 55};
  const TargetGrid grid = target_grid(metadata, 500, 500, request);
  const Points points = mapped(grid, {{7.5, 7.5}, {1, 54}, {9, 9}});
  EXPECT_EQ(points.found[0], 0);
  EXPECT_EQ(points.found[1], 1);
}

TEST_F(SourceMapTest, AgreesWithGdalOnRpc) {
  const auto only = [](int index) {
    std::string text;
    for (int i = 0; i < 20; ++i) text += i == index ? "1 " : i == 7 && index != 0 ? "0.001 " : "0 ";
    return text;
  };
  const std::string path = memory_path("rpc.tif");
  const auto source = make_tiff(path, 400, 200, 1, GDT_Byte);
  CPLStringList rpc;
  for (const auto& [key, value] : std::map<std::string, std::string>{{"LINE_OFF", "100"},
                                                                     {"SAMP_OFF", "200"},
                                                                     {"LAT_OFF", "45"},
                                                                     {"LONG_OFF", "7"},
                                                                     {"HEIGHT_OFF", "300"},
                                                                     {"LINE_SCALE", "100"},
                                                                     {"SAMP_SCALE", "200"},
                                                                     {"LAT_SCALE", "0.5"},
                                                                     {"LONG_SCALE", "0.5"},
                                                                     {"HEIGHT_SCALE", "500"},
                                                                     {"LINE_NUM_COEFF", only(2)},
                                                                     {"LINE_DEN_COEFF", only(0)},
                                                                     {"SAMP_NUM_COEFF", only(1)},
                                                                     {"SAMP_DEN_COEFF", only(0)}}) {
    rpc.SetNameValue(key.c_str(), value.c_str());
  }
  source->SetMetadata(rpc.List(), "RPC");
  GridRequest request;
  request.dst_crs = "EPSG:32632";
  EXPECT_LT(distance_from_gdal(*source, grid_for(*source, request), "RPC"), 1e-5);
}

/// Scenes whose points come from the agency.
class RealSceneTest : public GeoTest, public testing::WithParamInterface<const char*> {
 protected:
  static std::string path() { return std::string(SARINR_SHARED_DATA) + "/" + GetParam(); }
  void SetUp() override {
    start_once();
    if (!std::filesystem::exists(path())) GTEST_SKIP() << path() << " is not there: the real raster is not tried";
  }
};

TEST_P(RealSceneTest, EveryControlPointReturnsToItsPixel) {
  const auto raster = open_raster(path());
  const json gcps = json::parse(raster->info().metadata)["gcps"];
  // A cubic polynomial cannot meet all points of a scene: its own fit misses some by up to 77 of 22694 pixels.
  const double cubic = raster->info().width / 200.0;
  for (const auto& [method, most] :
       std::map<GcpMethod, double>{{GcpMethod::automatic, 1e-3}, {GcpMethod::order3, cubic}}) {
    GridRequest request;
    request.dst_crs = "EPSG:4326";
    request.location.gcp_method = method;
    const TargetGrid grid = target_grid(raster->info().metadata, raster->info().width, raster->info().height, request);
    const auto g = json::parse(grid.metadata)["geotransform"].get<std::vector<double>>();
    Points points;
    for (std::size_t i = 0; i < gcps["x"].size(); ++i) {
      points.x.push_back((gcps["x"][i].get<double>() - g[0]) / g[1]);
      points.y.push_back((gcps["y"][i].get<double>() - g[3]) / g[5]);
    }
    points.found.resize(points.x.size());
    points = mapped(grid, points);
    double worst = 0;
    for (std::size_t i = 0; i < points.x.size(); ++i) {
      EXPECT_EQ(points.found[i], 1);
      worst = std::max(
          worst, std::hypot(points.x[i] - gcps["pixel"][i].get<double>(), points.y[i] - gcps["line"][i].get<double>()));
    }
    std::cout << GetParam() << ", " << (method == GcpMethod::order3 ? "cubic" : "spline") << ": largest distance of "
              << points.x.size() << " points " << worst << " pixels\n";
    EXPECT_LT(worst, most);
  }
}

TEST_P(RealSceneTest, AgreesWithGdal) {
  const GDALDatasetUniquePtr source(GDALDataset::Open(path().c_str()));
  for (const char* target : {"EPSG:4326", "EPSG:3857"}) {
    GridRequest request;
    request.dst_crs = target;
    EXPECT_LT(distance_from_gdal(*source, grid_for(*source, request), "GCP_TPS"), 1e-4) << target;
    request.location.gcp_method = GcpMethod::order3;
    EXPECT_LT(distance_from_gdal(*source, grid_for(*source, request), "GCP_POLYNOMIAL"), 1e-4) << target;
  }
}

INSTANTIATE_TEST_SUITE_P(Sentinel1, RealSceneTest,
                         testing::Values("sentinel1/india_grd_vvvh_dn_gcp.tif",
                                         "sentinel1/seychelles_grd_vh_dn_gcp.tif",
                                         "degenerate/blank_slc_22k_gcp_cfloat32.tif"));

}  // namespace
}  // namespace sarinr::geo
