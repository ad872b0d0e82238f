#include "sarinr/geo/comparison.h"

#include <gmock/gmock.h>

#include "geo/geo_test.h"

namespace sarinr::geo {
namespace {

using nlohmann::json;
using testing::HasSubstr;

RasterInfo info_of(const json& metadata) {
  RasterInfo info;
  info.width = 100;
  info.height = 50;
  info.metadata = metadata.dump();
  return info;
}

json utm() { return {{"crs", "EPSG:32631"}, {"geotransform", {500000, 10, 0, 4600000, 0, -10}}}; }

class Georeferencing : public GeoTest {};

TEST_F(Georeferencing, AgreesWithItselfAndWithinAHundredthOfAPixel) {
  EXPECT_EQ(georeferencing_difference(info_of(utm()), info_of(utm())), "");
  json near = utm();
  near["geotransform"][0] = 500000.09;
  EXPECT_EQ(georeferencing_difference(info_of(utm()), info_of(near)), "");
  EXPECT_EQ(georeferencing_difference(info_of(json::object()), info_of(json::object())), "") << "neither has any";
}

TEST_F(Georeferencing, TellsWhatDiffers) {
  json moved = utm();
  moved["geotransform"][0] = 500020;
  EXPECT_EQ(georeferencing_difference(info_of(utm()), info_of(moved)),
            "its geotransform puts the raster up to 2 pixels elsewhere");
  json stretched = utm();
  stretched["geotransform"][1] = 10.1;
  EXPECT_EQ(georeferencing_difference(info_of(utm()), info_of(stretched)),
            "its geotransform puts the raster up to 1 pixels elsewhere");
  json other = utm();
  other["crs"] = "EPSG:32632";
  EXPECT_EQ(georeferencing_difference(info_of(utm()), info_of(other)),
            "its coordinate system is WGS 84 / UTM zone 32N, the reference's WGS 84 / UTM zone 31N");
  EXPECT_EQ(georeferencing_difference(info_of(utm()), info_of(json::object())),
            "it has no coordinate system and the reference has one");
  json bare = utm();
  bare.erase("geotransform");
  EXPECT_EQ(georeferencing_difference(info_of(bare), info_of(utm())),
            "it has a geotransform and the reference has none");
}

TEST_F(Georeferencing, ComparesControlPoints) {
  const auto points = [](double pixel, double x) -> json {
    return {{"gcps", {{"crs", "EPSG:4326"}, {"pixel", {0, pixel}}, {"line", {0, 50}}, {"x", {4, x}}, {"y", {43, 44}}}}};
  };
  EXPECT_EQ(georeferencing_difference(info_of(points(100, 5)), info_of(points(100, 5))), "");
  EXPECT_EQ(georeferencing_difference(info_of(points(100, 5)), info_of(points(100, 5.001))),
            "its ground control point 2 lies elsewhere");
  EXPECT_EQ(georeferencing_difference(info_of(points(100, 5)), info_of(points(101, 5))),
            "its ground control point 2 lies elsewhere");
  EXPECT_EQ(georeferencing_difference(info_of(points(100, 5)), info_of(json::object())),
            "it has 0 ground control points and the reference has 2");
}

class Files : public GeoTest {};

TEST_F(Files, HaveSizesAndFoldersHaveFiles) {
  const std::string folder = memory_path("folder");
  VSIMkdir(folder.c_str(), 0755);
  for (const char* name : {"b.txt", "a.txt"}) {
    VSILFILE* file = VSIFOpenL((folder + "/" + name).c_str(), "wb");
    VSIFWriteL("12345", 1, 5, file);
    VSIFCloseL(file);
  }
  VSIMkdir((folder + "/inner").c_str(), 0755);
  EXPECT_EQ(files_in(folder), (std::vector<std::string>{"a.txt", "b.txt"}));
  EXPECT_EQ(*file_bytes(folder + "/a.txt"), 5u);
  EXPECT_EQ(file_bytes(folder), std::nullopt);
  EXPECT_EQ(file_bytes(folder + "/none"), std::nullopt);
  EXPECT_THAT(error_of([&] { files_in(folder + "/a.txt"); }), HasSubstr("a.txt is no folder"));
}

class Pictures : public GeoTest {};

TEST_F(Pictures, ComeBackAsTheyWere) {
  for (const int bands : {1, 3}) {
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < 5 * 4 * bands; ++i) pixels.push_back(static_cast<std::uint8_t>(i * 3));
    const std::string png = encode_png(5, 4, pixels);
    const std::string path = memory_path("picture.png");
    VSILFILE* file = VSIFOpenL(path.c_str(), "wb");
    VSIFWriteL(png.data(), 1, png.size(), file);
    VSIFCloseL(file);
    const GDALDatasetUniquePtr dataset(GDALDataset::Open(path.c_str()));
    ASSERT_NE(dataset, nullptr);
    ASSERT_EQ(dataset->GetRasterCount(), bands);
    std::vector<std::uint8_t> back(pixels.size());
    ASSERT_EQ(dataset->RasterIO(GF_Read, 0, 0, 5, 4, back.data(), 5, 4, GDT_Byte, bands, nullptr, bands,
                                GSpacing{5} * bands, 1, nullptr),
              CE_None);
    EXPECT_EQ(back, pixels);
  }
}

}  // namespace
}  // namespace sarinr::geo
