#include <ogr_spatialref.h>

#include <cmath>
#include <filesystem>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

using nlohmann::json;
using PixelLocatorTest = GeoTest;

TEST_F(PixelLocatorTest, GeographicGeotransform) {
  const PixelLocator locator(R"({"crs": "EPSG:4326", "geotransform": [10, 0.25, 0, 50, 0, -0.5]})");
  const auto pixel = locator.pixel(11, 48);
  EXPECT_NEAR(pixel.x, 4, 1e-9);
  EXPECT_NEAR(pixel.y, 4, 1e-9);
}

TEST_F(PixelLocatorTest, ProjectedAndRotatedGeotransform) {
  // On the central meridian of zone 31 the easting is 500000, and at the equator the northing 0.
  const PixelLocator locator(R"({"crs": "EPSG:32631", "geotransform": [499990, 0, -2, 10, 4, 0]})");
  const auto pixel = locator.pixel(3, 0);
  EXPECT_NEAR(pixel.x, -2.5, 1e-6);
  EXPECT_NEAR(pixel.y, -5, 1e-6);
}

TEST_F(PixelLocatorTest, LongitudesTurnRound) {
  const PixelLocator locator(R"({"crs": "EPSG:4326", "geotransform": [179, 1, 0, 10, 0, -1]})");
  EXPECT_NEAR(locator.pixel(-179, 5).x, 2, 1e-9);
  EXPECT_NEAR(locator.pixel(181, 5).x, 2, 1e-9);
}

/// A 5x5 grid of points over 400x400 pixels: longitude and latitude are linear in the pixel.
json grid_of_points(double first_longitude) {
  json gcps = {{"crs", "EPSG:4326"}};
  for (int i = 0; i < 25; ++i) {
    const double longitude = first_longitude + 0.01 * (i % 5);
    gcps["pixel"].push_back(100.0 * (i % 5));
    gcps["line"].push_back(100.0 * (i / 5));
    gcps["x"].push_back(longitude > 180 ? longitude - 360 : longitude);
    gcps["y"].push_back(40 - 0.02 * (i / 5));
  }
  return {{"gcps", gcps}};
}

TEST_F(PixelLocatorTest, ControlPointsAreMetExactly) {
  const PixelLocator locator(grid_of_points(8).dump());
  const auto point = locator.pixel(8.02, 39.98);
  EXPECT_NEAR(point.x, 200, 1e-4);
  EXPECT_NEAR(point.y, 100, 1e-4);
  const auto between = locator.pixel(8.0123, 39.9655);
  EXPECT_NEAR(between.x, 123, 1e-3);
  EXPECT_NEAR(between.y, 172.5, 1e-3);
}

TEST_F(PixelLocatorTest, ControlPointsAcrossTheDateLine) {
  const PixelLocator locator(grid_of_points(179.98).dump());
  EXPECT_NEAR(locator.pixel(-179.99, 39.98).x, 300, 1e-3);
  EXPECT_NEAR(locator.pixel(179.99, 39.98).x, 100, 1e-3);
}

TEST_F(PixelLocatorTest, Rpc) {
  // Line and sample are the normalised latitude and longitude: coefficients of latitude and longitude are 1.
  const auto only = [](int index) {
    std::string text;
    for (int i = 0; i < 20; ++i) text += i == index ? "1 " : "0 ";
    return text;
  };
  const json rpc = {{"LINE_OFF", "100"},         {"SAMP_OFF", "200"},         {"LAT_OFF", "45"},
                    {"LONG_OFF", "7"},           {"HEIGHT_OFF", "300"},       {"LINE_SCALE", "100"},
                    {"SAMP_SCALE", "200"},       {"LAT_SCALE", "0.5"},        {"LONG_SCALE", "0.5"},
                    {"HEIGHT_SCALE", "500"},     {"LINE_NUM_COEFF", only(2)}, {"LINE_DEN_COEFF", only(0)},
                    {"SAMP_NUM_COEFF", only(1)}, {"SAMP_DEN_COEFF", only(0)}};
  const PixelLocator locator(json{{"metadata", {{"RPC", rpc}}}}.dump());
  const auto pixel = locator.pixel(7.25, 45.25);
  // RPC count from the first pixel's centre.
  EXPECT_NEAR(pixel.x, 300.5, 1e-6);
  EXPECT_NEAR(pixel.y, 150.5, 1e-6);
}

TEST_F(PixelLocatorTest, SaysWhatIsMissing) {
  EXPECT_EQ(error_of([] { PixelLocator locator("{}"); }),
            "the raster has no georeferencing: longitudes and latitudes cannot be located in it");
  EXPECT_EQ(error_of([] { PixelLocator locator(R"({"geotransform": [0, 1, 0, 0, 0, 1]})"); }),
            "the raster has no coordinate system: longitudes and latitudes cannot be located in it");
  EXPECT_EQ(error_of([] { PixelLocator locator(R"({"crs": "EPSG:4326", "geotransform": [0, 0, 0, 0, 0, 1]})"); }),
            "the raster's geotransform has no inverse: nothing can be located in it");
  EXPECT_EQ(error_of([] { PixelLocator locator(R"({"crs": "mud", "geotransform": [0, 1, 0, 0, 0, 1]})"); }),
            "the coordinate system is not understood: mud");
  EXPECT_NE(error_of([] { PixelLocator locator(R"({"metadata": {"RPC": {"LINE_OFF": "1"}}})"); }), "");
}

TEST_F(PixelLocatorTest, SentinelPointsReturnToTheirPixels) {
  const std::string path = std::string(SARINR_SHARED_DATA) + "/sentinel1/india_grd_vvvh_dn_gcp.tif";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there: the real raster is not tried";
  const std::string metadata = open_raster(path)->info().metadata;
  const json gcps = json::parse(metadata)["gcps"];
  const PixelLocator locator(metadata);
  for (std::size_t i = 0; i < gcps["x"].size(); i += 20) {
    const auto pixel = locator.pixel(gcps["x"][i], gcps["y"][i]);
    EXPECT_NEAR(pixel.x, gcps["pixel"][i].get<double>(), 1e-3);
    EXPECT_NEAR(pixel.y, gcps["line"][i].get<double>(), 1e-3);
  }
}

}  // namespace
}  // namespace sarinr::geo
