#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "driver_test.h"

namespace sarinr::geo::driver {

namespace {

using testing::HasSubstr;
using DatasetTest = DriverTest;

Bytes bytes_of(const std::string& path) {
  const auto source = open_source(path);
  Bytes bytes(static_cast<std::size_t>(source->size()));
  EXPECT_TRUE(source->read(0, bytes));
  return bytes;
}

void write_bytes(const std::string& path, const Bytes& bytes) {
  const auto sink = create_sink(path, true);
  sink->write(bytes);
  sink->commit();
}

/// A raster with every kind of metadata that a .sinr keeps.
test::ComputedRaster described() {
  test::ComputedRaster raster(70, 60, {{Quantity::decibel, PixelType::f32, -99.0}}, [](int, int x, int y) {
    return Sample{x < 5 ? -99.0 : 0.1 * x + y, 0};
  });
  raster.change().metadata =
      nlohmann::json{{"crs", "EPSG:32631"},
                     {"geotransform", {500000, 10, 0, 4800000, 0, -10}},
                     {"metadata", {{"", {{"MISSION", "S1A"}}}, {"RPC", {{"LINE_OFF", "5"}, {"SAMP_OFF", "7"}}}}},
                     {"bands",
                      {{{"description", "VV"},
                        {"unit", "dB"},
                        {"scale", 2.5},
                        {"offset", -1.5},
                        {"nodata", -99},
                        {"color_interpretation", "Gray"},
                        {"categories", {"sea", "land"}},
                        {"color_table", {{1, 2, 3, 4}, {5, 6, 7, 8}}},
                        {"metadata", {{"", {{"STATISTICS_MINIMUM", "-12.5"}, {"POLARISATION", "VV"}}}}}}}}}
          .dump();
  return raster;
}

TEST_F(DatasetTest, AllMetadataIsThere) {
  auto raster = described();
  const DatasetPointer dataset = open(make_file("described.sinr", raster));
  ASSERT_TRUE(dataset);
  double transform[6];
  ASSERT_EQ(dataset->GetGeoTransform(transform), CE_None);
  EXPECT_EQ(transform[0], 500000);
  EXPECT_EQ(transform[5], -10);
  ASSERT_NE(dataset->GetSpatialRef(), nullptr);
  EXPECT_STREQ(dataset->GetSpatialRef()->GetAuthorityCode(nullptr), "32631");
  EXPECT_STREQ(dataset->GetMetadataItem("MISSION"), "S1A");
  EXPECT_STREQ(dataset->GetMetadataItem("SAMP_OFF", "RPC"), "7");
  const CPLStringList domains(dataset->GetMetadataDomainList());
  EXPECT_GE(domains.FindString("RPC"), 0);
  GDALRasterBand& band = *dataset->GetRasterBand(1);
  EXPECT_STREQ(band.GetDescription(), "VV");
  EXPECT_STREQ(band.GetUnitType(), "dB");
  EXPECT_EQ(band.GetScale(), 2.5);
  EXPECT_EQ(band.GetOffset(), -1.5);
  int has_nodata = FALSE;
  EXPECT_EQ(band.GetNoDataValue(&has_nodata), -99);
  EXPECT_TRUE(has_nodata);
  EXPECT_EQ(band.GetMaskFlags(), GMF_NODATA);
  EXPECT_EQ(band.GetColorInterpretation(), GCI_GrayIndex);
  EXPECT_STREQ(band.GetCategoryNames()[1], "land");
  ASSERT_NE(band.GetColorTable(), nullptr);
  EXPECT_EQ(band.GetColorTable()->GetColorEntry(1)->c3, 7);
  EXPECT_STREQ(band.GetMetadataItem("STATISTICS_MINIMUM"), "-12.5");
  EXPECT_STREQ(band.GetMetadataItem("QUANTITY", "IMAGE_STRUCTURE"), "db");
  std::vector<GByte> mask(10);
  ASSERT_EQ(band.GetMaskBand()->RasterIO(GF_Read, 0, 3, 10, 1, mask.data(), 10, 1, GDT_Byte, 0, 0, nullptr), CE_None);
  EXPECT_EQ(mask, (std::vector<GByte>{0, 0, 0, 0, 0, 255, 255, 255, 255, 255}));
}

TEST_F(DatasetTest, ControlPointsComeWhole) {
  auto raster = described();
  raster.change().metadata =
      R"({"gcps":{"crs":"EPSG:4326","pixel":[0,69.5],"line":[1,59],"x":[4.5,5],"y":[43,44],"z":[12,-3]}})";
  const DatasetPointer dataset = open(make_file("gcps.sinr", raster));
  ASSERT_EQ(dataset->GetGCPCount(), 2);
  EXPECT_EQ(dataset->GetGCPs()[1].dfGCPZ, -3);
  EXPECT_EQ(dataset->GetGCPs()[1].dfGCPPixel, 69.5);
  ASSERT_NE(dataset->GetGCPSpatialRef(), nullptr);
  EXPECT_EQ(dataset->GetSpatialRef(), nullptr);
  double transform[6];
  EXPECT_EQ(dataset->GetGeoTransform(transform), CE_Failure);
}

TEST_F(DatasetTest, WhatGdalAddsStandsBesideAndOverWhatTheFileHas) {
  auto raster = described();
  const std::string path = make_file("described.sinr", raster);
  {
    const DatasetPointer dataset = open(path);
    ASSERT_EQ(dataset->GetRasterBand(1)->SetMetadataItem("STATISTICS_MINIMUM", "-20"), CE_None);
    ASSERT_EQ(dataset->SetMetadataItem("NOTE", "new"), CE_None);
  }
  const DatasetPointer dataset = open(path);
  EXPECT_STREQ(dataset->GetRasterBand(1)->GetMetadataItem("STATISTICS_MINIMUM"), "-20");
  const CPLStringList lines(CSLDuplicate(dataset->GetRasterBand(1)->GetMetadata()));
  EXPECT_STREQ(lines.FetchNameValue("POLARISATION"), "VV");
  EXPECT_STREQ(lines.FetchNameValue("STATISTICS_MINIMUM"), "-20");
  EXPECT_STREQ(dataset->GetMetadataItem("NOTE"), "new");
  EXPECT_STREQ(dataset->GetMetadataItem("MISSION"), "S1A");
  // Only what was added is in the side file.
  const Bytes side = bytes_of(path + ".aux.xml");
  EXPECT_EQ(std::string(side.begin(), side.end()).find("MISSION"), std::string::npos);
}

TEST_F(DatasetTest, OnlyTheMagicMakesItOurs) {
  GDALDriver& driver = *GetGDALDriverManager()->GetDriverByName("SARINR");
  const std::string path = memory_path("text.sinr");
  const std::string text = "no field at all, but called so";
  write_bytes(path, Bytes(text.begin(), text.end()));
  GDALOpenInfo other(path.c_str(), GA_ReadOnly);
  EXPECT_EQ(driver.pfnIdentify(&other), FALSE);
  const Messages messages;
  EXPECT_EQ(driver.pfnOpen(&other), nullptr);
  EXPECT_TRUE(messages.all.empty());

  auto raster = described();
  const std::string ours = make_file("odd.name", raster);
  GDALOpenInfo info(ours.c_str(), GA_ReadOnly);
  EXPECT_EQ(driver.pfnIdentify(&info), TRUE);
}

TEST_F(DatasetTest, DamageIsOneClearFailure) {
  auto raster = described();
  const std::string path = make_file("sound.sinr", raster);
  const Bytes sound = bytes_of(path);
  {
    write_bytes(path, Bytes(sound.begin(), sound.end() - 20));
    const Messages messages;
    EXPECT_FALSE(open(path));
    ASSERT_EQ(messages.all.size(), 1u);
    EXPECT_THAT(messages.all[0], HasSubstr(path + ": the file is truncated"));
  }
  Bytes damaged = sound;
  damaged[damaged.size() - 60] ^= 0x10;  // in the only tile's record: index and end mark take fewer bytes
  write_bytes(path, damaged);
  const DatasetPointer dataset = open(path);
  ASSERT_TRUE(dataset);
  const Messages messages;
  std::vector<float> block(256 * 256);
  EXPECT_EQ(dataset->GetRasterBand(1)->ReadBlock(0, 0, block.data()), CE_Failure);
  ASSERT_EQ(messages.all.size(), 1u);
  EXPECT_THAT(messages.all[0], HasSubstr("tile 0 (column 0, row 0, bytes "));
}

TEST_F(DatasetTest, UpdatingIsRefused) {
  auto raster = described();
  const std::string path = make_file("scene.sinr", raster);
  const Messages messages;
  EXPECT_EQ(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR), nullptr);
  ASSERT_EQ(messages.all.size(), 1u);
  EXPECT_THAT(messages.all[0], HasSubstr("cannot be updated"));
}

TEST_F(DatasetTest, TopsDataIsNotInterpolatedUnlessDeramped) {
  test::ComputedRaster raster(300, 70, {{Quantity::complex, PixelType::cf32, {}}}, [](int, int x, int y) {
    return Sample{1.0 + x, 2.0 + y};
  });
  raster.change().metadata = R"({"metadata":{"":{"TIFFTAG_IMAGEDESCRIPTION":"Sentinel-1A IW SLC L1"}}})";
  const std::string path = make_file("tops.sinr", raster);
  const DatasetPointer dataset = open(path);
  EXPECT_EQ(dataset->GetRasterBand(1)->GetOverviewCount(), 0);
  std::vector<float> buffer(20 * 20);
  GDALRasterIOExtraArg extra;
  INIT_RASTERIO_EXTRA_ARG(extra);
  extra.eResampleAlg = GRIORA_Cubic;
  const auto read = [&](GDALDataset& from) {
    return from.GetRasterBand(1)->RasterIO(GF_Read, 0, 0, 10, 10, buffer.data(), 20, 20, GDT_Float32, 0, 0, &extra);
  };
  const Messages messages;
  EXPECT_EQ(read(*dataset), CE_Failure);
  ASSERT_EQ(messages.all.size(), 1u);
  EXPECT_THAT(messages.all[0], HasSubstr("DERAMPED=YES"));
  const char* const options[] = {"DERAMPED=YES", nullptr};
  const DatasetPointer deramped = open(path, options);
  EXPECT_EQ(deramped->GetRasterBand(1)->GetOverviewCount(), 1);
  EXPECT_EQ(read(*deramped), CE_None);
}

}  // namespace

}  // namespace sarinr::geo::driver
