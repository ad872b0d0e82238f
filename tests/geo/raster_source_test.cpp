#include <cmath>
#include <limits>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

using nlohmann::json;
using RasterSourceTest = GeoTest;

TEST_F(RasterSourceTest, ReadsEveryTypeExactly) {
  const GDALDataType types[] = {GDT_Byte,    GDT_UInt16,  GDT_Int16,  GDT_UInt32, GDT_Int32,    GDT_UInt64,  GDT_Int64,
                                GDT_Float32, GDT_Float64, GDT_CInt16, GDT_CInt32, GDT_CFloat32, GDT_CFloat64};
  for (const GDALDataType type : types) {
    const std::string path = memory_path("all.tif");
    {
      const auto tiff = make_tiff(path, 7, 5, 1, type);
      fill(*tiff->GetRasterBand(1), [](int x, int y) { return 10 * y + x + 1; });
    }
    const auto source = open_raster(path);
    EXPECT_EQ(name(source->info().bands[0].type), GDALGetDataTypeName(type));
    const RasterWindow window = source->read({2, 1, 3, 4});
    ASSERT_EQ(window.samples[0].size(), 12u);
    EXPECT_EQ(window.samples[0][0].re, 13) << GDALGetDataTypeName(type);
    EXPECT_EQ(window.samples[0][11].re, 45);
    EXPECT_EQ(window.samples[0][11].im, 0);
    EXPECT_TRUE(window.mask.empty());
  }
}

TEST_F(RasterSourceTest, KeepsBothPartsOfComplexPixels) {
  const std::string path = memory_path("complex.tif");
  {
    const auto tiff = make_tiff(path, 2, 1, 1, GDT_CFloat32);
    float values[] = {1.5f, -2.25f, 0.1f, 3e-20f};
    ASSERT_EQ(tiff->GetRasterBand(1)->RasterIO(GF_Write, 0, 0, 2, 1, values, 2, 1, GDT_CFloat32, 0, 0, nullptr),
              CE_None);
  }
  const auto source = open_raster(path);
  const auto samples = source->read({0, 0, 2, 1}).samples[0];
  EXPECT_EQ(samples[0].im, -2.25);
  EXPECT_EQ(samples[1].re, double{0.1f});
  EXPECT_EQ(samples[1].im, double{3e-20f});
  EXPECT_EQ(source->info().bands[0].quantity, Quantity::complex);
  EXPECT_EQ(source->info().quantity_reasons[0], "the type is complex");
}

TEST_F(RasterSourceTest, KeepsNanAndInfinity) {
  const std::string path = memory_path("nan.tif");
  {
    const auto tiff = make_tiff(path, 3, 1, 1, GDT_Float32);
    const double values[] = {std::nan(""), -INFINITY, 0.1};
    fill(*tiff->GetRasterBand(1), [&](int x, int) { return values[x]; });
  }
  const auto samples = open_raster(path)->read({0, 0, 3, 1}).samples[0];
  EXPECT_TRUE(std::isnan(samples[0].re));
  EXPECT_EQ(samples[1].re, -INFINITY);
  EXPECT_EQ(samples[2].re, double{0.1f});
}

TEST_F(RasterSourceTest, MarksSignedBytes) {
  const std::string path = memory_path("signed.tif");
  {
    const char* const options[] = {"PIXELTYPE=SIGNEDBYTE", nullptr};
    const GDALDatasetUniquePtr tiff(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
        path.c_str(), 2, 1, 1, GDT_Byte, const_cast<char**>(options)));
    fill(*tiff->GetRasterBand(1), [](int x, int) { return x == 0 ? 255 : 127; });
  }
  const auto source = open_raster(path);
  EXPECT_EQ(source->info().bands[0].type, PixelType::i16);
  EXPECT_EQ(source->read({0, 0, 2, 1}).samples[0][0].re, -1);
  EXPECT_EQ(source->read({0, 0, 2, 1}).samples[0][1].re, 127);
}

TEST_F(RasterSourceTest, SelectsBandsInTheOrderAsked) {
  const std::string path = memory_path("bands.tif");
  {
    const auto tiff = make_tiff(path, 2, 2, 3, GDT_UInt16);
    for (int band = 1; band <= 3; ++band) {
      fill(*tiff->GetRasterBand(band), [&](int, int) { return 100 * band; });
    }
    tiff->GetRasterBand(3)->SetDescription("HV");
  }
  OpenOptions options;
  options.bands = {3, 1};
  const auto source = open_raster(path, options);
  EXPECT_EQ(source->info().band_names, (std::vector<std::string>{"HV", "band 1"}));
  const auto window = source->read({0, 0, 2, 2});
  EXPECT_EQ(window.samples[0][3].re, 300);
  EXPECT_EQ(window.samples[1][0].re, 100);
  const json metadata = json::parse(source->info().metadata);
  EXPECT_EQ(metadata["bands"].size(), 2u);
  EXPECT_EQ(metadata["bands"][0]["description"], "HV");
  options.bands = {4};
  EXPECT_EQ(error_of([&] { open_raster(path, options); }), path + " has no band 4: its bands are 1 to 3");
}

TEST_F(RasterSourceTest, MovesGeoreferencingWithTheWindow) {
  const std::string path = memory_path("window.tif");
  {
    const auto tiff = make_tiff(path, 30, 20, 1, GDT_Float32);
    double rotated[6] = {1000, 2, 0.5, 5000, 0.25, -3};
    tiff->SetGeoTransform(rotated);
    fill(*tiff->GetRasterBand(1), [](int x, int y) { return 100 * y + x; });
    tiff->GetRasterBand(1)->SetMetadataItem("STATISTICS_MEAN", "5");
  }
  OpenOptions options;
  options.window = Extent{10, 4, 8, 6};
  const auto source = open_raster(path, options);
  const json metadata = json::parse(source->info().metadata);
  EXPECT_EQ(metadata["geotransform"], (json{1022.0, 2.0, 0.5, 4990.5, 0.25, -3.0}));
  EXPECT_FALSE(metadata["bands"][0].contains("metadata"));
  EXPECT_EQ(source->info().width, 8);
  EXPECT_EQ(source->read({1, 2, 1, 1}).samples[0][0].re, 611);
  EXPECT_NE(error_of([&] { source->read({4, 0, 5, 1}); }).find("is not inside"), std::string::npos);
  options.window = Extent{10, 4, std::numeric_limits<int>::max(), 6};
  EXPECT_EQ(error_of([&] { open_raster(path, options); }),
            "the window 2147483647x6 at (10, 4) is not inside " + path + ", which is 30x20");
}

TEST_F(RasterSourceTest, MovesPointsAndRpcWithTheWindow) {
  const std::string path = memory_path("points.vrt");
  write_text(path,
             R"(<VRTDataset rasterXSize="30" rasterYSize="20">
                <GCPList><GCP Id="corner" Info="seen" Pixel="12.5" Line="7.25" X="1" Y="2" Z="3"/></GCPList>
                <Metadata domain="RPC"><MDI key="LINE_OFF">100.5</MDI><MDI key="SAMP_OFF">200</MDI></Metadata>
                <Metadata domain="GEOLOCATION"><MDI key="PIXEL_OFFSET">1</MDI></Metadata>
                <VRTRasterBand dataType="Byte" band="1"/></VRTDataset>)");
  OpenOptions options;
  options.window = Extent{10, 4, 8, 6};
  const json metadata = json::parse(open_raster(path, options)->info().metadata);
  EXPECT_EQ(metadata["gcps"]["pixel"][0], 2.5);
  EXPECT_EQ(metadata["gcps"]["line"][0], 3.25);
  EXPECT_EQ(metadata["gcps"]["id"][0], "corner");
  EXPECT_EQ(metadata["gcps"]["info"][0], "seen");
  EXPECT_EQ(metadata["metadata"]["RPC"]["LINE_OFF"], "96.5");
  EXPECT_EQ(metadata["metadata"]["RPC"]["SAMP_OFF"], "190");
  EXPECT_EQ(metadata["metadata"]["GEOLOCATION"]["PIXEL_OFFSET"], "-9");
}

TEST_F(RasterSourceTest, GivesTheMaskOfTheRaster) {
  const std::string path = memory_path("mask.tif");
  {
    const CPLConfigOptionSetter internal("GDAL_TIFF_INTERNAL_MASK", "YES", false);
    const auto tiff = make_tiff(path, 4, 1, 1, GDT_UInt16);
    tiff->CreateMaskBand(GMF_PER_DATASET);
    fill(*tiff->GetRasterBand(1)->GetMaskBand(), [](int x, int) { return x % 2 == 0 ? 255 : 0; });
  }
  const auto source = open_raster(path);
  EXPECT_TRUE(source->info().has_mask);
  EXPECT_EQ(source->read({1, 0, 3, 1}).mask, (std::vector<std::uint8_t>{0, 1, 0}));
}

TEST_F(RasterSourceTest, NodataThatNoPixelCanHaveIsMetadataOnly) {
  const std::string path = memory_path("nodata.tif");
  {
    const auto tiff = make_tiff(path, 1, 1, 1, GDT_Byte);
    tiff->GetRasterBand(1)->SetNoDataValue(-9999);
  }
  const auto source = open_raster(path);
  EXPECT_FALSE(source->info().bands[0].nodata.has_value());
  EXPECT_EQ(json::parse(source->info().metadata)["bands"][0]["nodata"], -9999);
}

TEST_F(RasterSourceTest, SaysWhyAPathCannotBeOpened) {
  const std::string missing = error_of([] { open_raster("/nowhere/scene.tif"); });
  EXPECT_EQ(missing, "cannot open /nowhere/scene.tif: No such file or directory");
  const std::string text = memory_path("text.tif");
  write_text(text, "no raster");
  EXPECT_EQ(error_of([&] { open_raster(text); }), "cannot open " + text + ": it is not a raster that GDAL reads");
}

TEST_F(RasterSourceTest, ListsSubdatasetsWhereThereIsNoBand) {
  const std::string path = memory_path("two.gpkg");
  for (const char* table : {"RASTER_TABLE=one", "RASTER_TABLE=two"}) {
    const char* const options[] = {"APPEND_SUBDATASET=YES", table, nullptr};
    const GDALDatasetUniquePtr part(GetGDALDriverManager()->GetDriverByName("GPKG")->Create(
        path.c_str(), 8, 8, 1, GDT_Byte, const_cast<char**>(options)));
    double geotransform[6] = {0, 1, 0, 0, 0, -1};
    part->SetGeoTransform(geotransform);
  }
  EXPECT_EQ(error_of([&] { open_raster(path); }),
            path + " holds only subdatasets: give the name of one of them:\n  GPKG:" + path + ":one\n  GPKG:" + path +
                ":two");
}

TEST_F(RasterSourceTest, NamesFileAndWindowWhereReadingFails) {
  const std::string path = memory_path("cut.tif");
  {
    const auto tiff = make_tiff(path, 64, 64, 1, GDT_Float32);
    fill(*tiff->GetRasterBand(1), [](int x, int y) { return x + y; });
  }
  VSILFILE* file = VSIFOpenL(path.c_str(), "r+b");
  VSIFTruncateL(file, 4096);
  VSIFCloseL(file);
  OpenOptions options;
  options.quantities = {"power"};
  std::string sentence;
  try {
    const auto source = open_raster(path, options);
    sentence = error_of([&] { source->read({0, 60, 64, 4}); });
  } catch (const Error&) {
    FAIL() << "the header was read";
  }
  EXPECT_EQ(sentence.find("cannot read " + path + ", window 64x4 at (0, 60) of band 1: "), 0u) << sentence;
}

}  // namespace
}  // namespace sarinr::geo
