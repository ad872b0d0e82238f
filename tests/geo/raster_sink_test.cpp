#include <ogr_spatialref.h>

#include <cmath>
#include <filesystem>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

using RasterSinkTest = GeoTest;

RasterInfo info_of(int width, int height, PixelType type, std::optional<double> nodata = std::nullopt) {
  RasterInfo info;
  info.width = width;
  info.height = height;
  info.bands = {BandModel{Quantity::power, type, nodata}};
  info.band_names = {"VV"};
  return info;
}

RasterWindow constant(const Extent& extent, double value) {
  RasterWindow window;
  window.extent = extent;
  window.samples.assign(1, std::vector<Sample>(static_cast<std::size_t>(extent.width * extent.height), {value, 0}));
  return window;
}

std::string driver_of(const std::string& path) {
  return nlohmann::json::parse(open_raster(path)->info().metadata)["driver"];
}

void write_constant(const std::string& path, double value, const CreateOptions& options = {},
                    PixelType type = PixelType::u8) {
  const auto sink = create_raster(path, info_of(9, 8, type), options);
  sink->write(constant({0, 0, 9, 8}, value));
  sink->commit();
}

TEST_F(RasterSinkTest, WindowsInAnyOrder) {
  const std::string path = memory_path("out.tif");
  const auto sink = create_raster(path, info_of(500, 300, PixelType::f32), {});
  sink->write(constant({250, 0, 250, 300}, 2.5));
  sink->write(constant({0, 0, 250, 300}, -1));
  sink->commit();
  const auto source = open_raster(path);
  EXPECT_EQ(source->read({249, 299, 1, 1}).samples[0][0].re, -1);
  EXPECT_EQ(source->read({250, 299, 1, 1}).samples[0][0].re, 2.5);
}

TEST_F(RasterSinkTest, RoundsAndClampsToTheTypeAsked) {
  const std::string path = memory_path("out.tif");
  CreateOptions options;
  options.type = PixelType::i16;
  const auto sink = create_raster(path, info_of(4, 1, PixelType::f32), options);
  RasterWindow window = constant({0, 0, 4, 1}, 0);
  window.samples[0] = {{2.5, 0}, {-2.5, 0}, {1e9, 0}, {std::nan(""), 0}};
  sink->write(window);
  sink->commit();
  const auto samples = open_raster(path)->read({0, 0, 4, 1}).samples[0];
  EXPECT_EQ(samples[0].re, 3);
  EXPECT_EQ(samples[1].re, -3);
  EXPECT_EQ(samples[2].re, 32767);
  EXPECT_EQ(samples[3].re, 0);
}

TEST_F(RasterSinkTest, BandsOfDifferentTypesTakeTheWidest) {
  const std::string path = memory_path("out.tif");
  RasterInfo info = info_of(2, 2, PixelType::u16);
  info.bands.push_back(BandModel{Quantity::other, PixelType::f32, std::nullopt});
  create_raster(path, info, {})->commit();
  const auto source = open_raster(path);
  for (const BandModel& band : source->info().bands) EXPECT_EQ(band.type, PixelType::f32);
}

TEST_F(RasterSinkTest, NothingIsThereBeforeCommitOrWithoutIt) {
  const std::string path = memory_path("out.tif");
  {
    const auto sink = create_raster(path, info_of(9, 8, PixelType::u8), {});
    sink->write(constant({0, 0, 9, 8}, 1));
    EXPECT_FALSE(file_exists(path));
    EXPECT_TRUE(file_exists(path + ".part"));
  }
  EXPECT_FALSE(file_exists(path));
  EXPECT_FALSE(file_exists(path + ".part"));
}

TEST_F(RasterSinkTest, OnDiskTooAndLeftoversOfAKilledRunDoNotMatter) {
  const auto folder = std::filesystem::temp_directory_path() / memory_path("disk").substr(8);
  std::filesystem::create_directories(folder / "out.tif.part" / "scratch");
  const std::string path = folder / "out.tif";
  write_constant(path, 7);
  EXPECT_EQ(open_raster(path)->read({8, 7, 1, 1}).samples[0][0].re, 7);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
}

TEST_F(RasterSinkTest, ReplacesOnlyWhenAskedAndWithOldSideFiles) {
  const std::string path = memory_path("out.tif");
  write_constant(path, 1);
  write_text(path + ".aux.xml", "<PAMDataset><Metadata><MDI key=\"OLD\">yes</MDI></Metadata></PAMDataset>");
  EXPECT_EQ(error_of([&] { write_constant(path, 2); }), path + " exists: give --overwrite to replace it");
  CreateOptions options;
  options.overwrite = true;
  { const auto uncommitted = create_raster(path, info_of(9, 8, PixelType::u8), options); }
  EXPECT_EQ(open_raster(path)->read({0, 0, 1, 1}).samples[0][0].re, 1);
  write_constant(path, 2, options);
  const auto source = open_raster(path);
  EXPECT_EQ(source->read({0, 0, 1, 1}).samples[0][0].re, 2);
  EXPECT_EQ(source->info().metadata.find("OLD"), std::string::npos);
}

TEST_F(RasterSinkTest, FormatFollowsTheExtension) {
  write_constant(memory_path("a.tif"), 1);
  write_constant(memory_path("a.png"), 1);
  write_constant(memory_path("a.unheard"), 1);
  write_constant(memory_path("a"), 1);
  EXPECT_EQ(driver_of(memory_path("a.tif")), "GTiff");
  EXPECT_EQ(driver_of(memory_path("a.png")), "PNG");
  EXPECT_EQ(driver_of(memory_path("a.unheard")), "GTiff");
  EXPECT_EQ(driver_of(memory_path("a")), "GTiff");
}

TEST_F(RasterSinkTest, CopyOnlyFormatsAndFormatsOfSeveralFiles) {
  CreateOptions options;
  options.format = "COG";
  const std::string cog = memory_path("cog.tif");
  write_constant(cog, 3, options, PixelType::f32);
  const GDALDatasetUniquePtr dataset(GDALDataset::Open(cog.c_str()));
  EXPECT_STREQ(dataset->GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), "COG");
  EXPECT_EQ(open_raster(cog)->read({8, 7, 1, 1}).samples[0][0].re, 3);
  options.format = "ENVI";
  write_constant(memory_path("envi.dat"), 4, options, PixelType::cf32);
  EXPECT_TRUE(file_exists(memory_path("envi.hdr")));
  EXPECT_EQ(open_raster(memory_path("envi.dat"))->read({8, 7, 1, 1}).samples[0][0].re, 4);
}

TEST_F(RasterSinkTest, GTiffIsTiledAndCompressedUnlessToldOtherwise) {
  const std::string path = memory_path("a.tif");
  write_constant(path, 1, {}, PixelType::f32);
  GDALDatasetUniquePtr dataset(GDALDataset::Open(path.c_str()));
  EXPECT_STREQ(dataset->GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE");
  EXPECT_STREQ(dataset->GetMetadataItem("PREDICTOR", "IMAGE_STRUCTURE"), "3");
  dataset.reset();
  CreateOptions options;
  options.creation = {"COMPRESS=LZW"};
  options.overwrite = true;
  write_constant(path, 1, options);
  dataset.reset(GDALDataset::Open(path.c_str()));
  EXPECT_STREQ(dataset->GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), "LZW");
  int block_width = 0;
  int block_height = 0;
  dataset->GetRasterBand(1)->GetBlockSize(&block_width, &block_height);
  EXPECT_EQ(block_width, 9);
}

TEST_F(RasterSinkTest, CogOverviewsHoldMeansThatSuitTheQuantity) {
  // Columns of 3 and 4: the mean is 3.5, the root mean square of amplitudes sqrt(12.5).
  const auto overview = [](const std::string& path, Quantity quantity, PixelType type) {
    RasterInfo info = info_of(1024, 1024, type);
    info.bands[0].quantity = quantity;
    CreateOptions options;
    options.format = "COG";
    const auto sink = create_raster(path, info, options);
    RasterWindow window = constant({0, 0, 1024, 1024}, 3);
    for (std::size_t i = 1; i < window.samples[0].size(); i += 2) window.samples[0][i].re = 4;
    sink->write(window);
    sink->commit();
    const GDALDatasetUniquePtr dataset(GDALDataset::Open(path.c_str()));
    GDALRasterBand* band = dataset->GetRasterBand(1)->GetOverview(0);
    EXPECT_NE(band, nullptr);
    float value[2] = {0, 0};
    EXPECT_EQ(band->RasterIO(GF_Read, 100, 100, 1, 1, value, 1, 1, GDT_CFloat32, 0, 0, nullptr), CE_None);
    return value[0];
  };
  EXPECT_NEAR(overview(memory_path("a.tif"), Quantity::amplitude, PixelType::f32), std::sqrt(12.5), 1e-5);
  EXPECT_NEAR(overview(memory_path("p.tif"), Quantity::power, PixelType::f32), 3.5, 1e-5);
  EXPECT_NEAR(overview(memory_path("c.tif"), Quantity::complex, PixelType::cf32), 3.5, 1e-5);
}

TEST_F(RasterSinkTest, LargeTiffsAreBigTiffsWhateverElseIsAsked) {
  const std::string path = memory_path("large.tif");
  CreateOptions options;
  options.creation = {"COMPRESS=LZW", "TILED=YES", "SPARSE_OK=TRUE"};
  create_raster(path, info_of(30000, 30000, PixelType::f32), options)->commit();
  VSILFILE* file = VSIFOpenL(path.c_str(), "rb");
  ASSERT_NE(file, nullptr);
  std::uint8_t head[4] = {};
  EXPECT_EQ(VSIFReadL(head, 1, 4, file), 4u);
  VSIFCloseL(file);
  EXPECT_EQ(head[2], 43);  // 42 is a classic TIFF, whose offsets end at 4 GB
}

TEST_F(RasterSinkTest, RequestsThatCannotBeMet) {
  const std::string path = memory_path("out.tif");
  const auto error = [&](const std::string& output, const CreateOptions& options, const RasterInfo& info) {
    return error_of([&] { create_raster(output, info, options); });
  };
  CreateOptions options;
  options.format = "FOO";
  EXPECT_EQ(error(path, options, info_of(1, 1, PixelType::u8)),
            "the format FOO is not known: give one of those that gdalinfo --formats lists, as GTiff, COG, ENVI or PNG");
  options.format = "PNG";
  EXPECT_EQ(error(path, options, info_of(1, 1, PixelType::f32)),
            "the format PNG cannot hold pixels of type Float32: give --ot with one of Byte UInt16");
  options.format.clear();
  options.type = PixelType::u16;
  EXPECT_EQ(error(path, options, info_of(1, 1, PixelType::f32, -99)),
            "VV has the nodata value -99, which the type UInt16 cannot hold: give --ot with a type that can");
  EXPECT_EQ(error(path, options, info_of(1, 1, PixelType::cf32)),
            "VV is complex and cannot be written as UInt16: give --ot with a complex type");
  options.creation = {"TILED"};
  EXPECT_EQ(error(path, options, info_of(1, 1, PixelType::u8)),
            "the creation option TILED is not understood: write it as NAME=VALUE");
  EXPECT_EQ(error("/nowhere/out.tif", {}, info_of(1, 1, PixelType::u8)),
            "cannot create /nowhere/out.tif: its folder does not exist or may not be written to");
  EXPECT_EQ(error("/tmp", {}, info_of(1, 1, PixelType::u8)), "/tmp is a folder: name a file in it");
}

TEST_F(RasterSinkTest, DamagedMetadataAreAnErrorAndLeaveNothing) {
  for (const char* text : {"[", "[]", R"({"crs": 5})", R"({"crs": "nonsense"})", R"({"geotransform": [1, 2]})",
                           R"({"geotransform": ["a", 1, 2, 3, 4, 5]})", R"({"gcps": {"pixel": [1], "line": []}})",
                           R"({"gcps": {"points": [{"pixel": 1}]}})", R"({"metadata": {"": {"A": 5}}})",
                           R"({"bands": [{"color_table": [[1]]}]})", R"({"bands": [{"nodata": []}]})",
                           R"({"crs": "EPSG:4326", "axis_mapping": "x"})"}) {
    RasterInfo info = info_of(2, 2, PixelType::u8);
    info.metadata = text;
    const std::string path = memory_path("out.tif");
    EXPECT_NE(error_of([&] { create_raster(path, info, {}); }), "") << text;
    EXPECT_FALSE(file_exists(path + ".part"));
  }
}

TEST_F(RasterSinkTest, CrsMayBeACode) {
  RasterInfo info = info_of(2, 2, PixelType::u8);
  info.metadata = R"({"crs": "EPSG:32631", "geotransform": [500000, 10, 0, 5000000, 0, -10]})";
  const std::string path = memory_path("out.tif");
  create_raster(path, info, {})->commit();
  const GDALDatasetUniquePtr dataset(GDALDataset::Open(path.c_str()));
  EXPECT_STREQ(dataset->GetSpatialRef()->GetAuthorityCode(nullptr), "32631");
}

TEST_F(RasterSinkTest, WritesIntoArchives) {
  const std::string path = "/vsizip/" + memory_path("a.zip") + "/inner.tif";
  write_constant(path, 6);
  EXPECT_EQ(open_raster(path)->read({8, 7, 1, 1}).samples[0][0].re, 6);
}

}  // namespace
}  // namespace sarinr::geo
