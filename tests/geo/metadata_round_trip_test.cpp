#include <ogr_spatialref.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

using nlohmann::json;

/// What another file of the same format cannot differ in.
json comparable(const RasterInfo& info) {
  json metadata = json::parse(info.metadata);
  metadata.erase("driver");
  return metadata;
}

class RoundTripTest : public GeoTest {
 protected:
  /// A 6x4 raster of `bands` bands that `change` describes is copied; metadata and pixels must be the same.
  template <class Change>
  json round_trip(int bands, GDALDataType type, Change change) {
    const std::string path = memory_path("in.tif");
    const std::string out = memory_path("out.tif");
    {
      const auto tiff = make_tiff(path, 6, 4, bands, type);
      change(*tiff);
      for (int band = 1; band <= bands; ++band) {
        fill(*tiff->GetRasterBand(band), [&](int x, int y) { return 1 + x + 7 * y + 50 * (band - 1); });
      }
    }
    const auto source = open_raster(path);
    CreateOptions options;
    options.overwrite = true;
    const auto copy = copied(*source, out, options);
    EXPECT_EQ(comparable(copy->info()), comparable(source->info()));
    EXPECT_EQ(copy->info().has_mask, source->info().has_mask);
    const auto before = source->read(whole(source->info()));
    const auto after = copy->read(whole(copy->info()));
    EXPECT_EQ(before.mask, after.mask);
    for (std::size_t band = 0; band < before.samples.size(); ++band) {
      for (std::size_t i = 0; i < before.samples[band].size(); ++i) {
        EXPECT_EQ(before.samples[band][i].re, after.samples[band][i].re);
        EXPECT_EQ(before.samples[band][i].im, after.samples[band][i].im);
      }
    }
    return comparable(copy->info());
  }
};

void set_crs(GDALDataset& dataset, int epsg) {
  OGRSpatialReference crs;
  crs.importFromEPSG(epsg);
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  ASSERT_EQ(dataset.SetSpatialRef(&crs), CE_None);
}

TEST_F(RoundTripTest, RotatedGeotransformAndPoint) {
  const json metadata = round_trip(1, GDT_Float32, [](GDALDataset& dataset) {
    dataset.SetMetadataItem("AREA_OR_POINT", "Point");
    set_crs(dataset, 32631);
    double rotated[6] = {593124.25, -0.125, -2.5, 5749208.5, 2.5, -0.125};
    dataset.SetGeoTransform(rotated);
  });
  EXPECT_EQ(metadata["geotransform"], (json{593124.25, -0.125, -2.5, 5749208.5, 2.5, -0.125}));
  EXPECT_EQ(metadata["metadata"][""]["AREA_OR_POINT"], "Point");
  EXPECT_EQ(metadata["axis_mapping"], (json{1, 2}));
}

TEST_F(RoundTripTest, IdentityGeotransform) {
  const json metadata = round_trip(1, GDT_Byte, [](GDALDataset& dataset) {
    set_crs(dataset, 4326);
    double identity[6] = {0, 1, 0, 0, 0, 1};
    dataset.SetGeoTransform(identity);
  });
  EXPECT_EQ(metadata["geotransform"], (json{0.0, 1.0, 0.0, 0.0, 0.0, 1.0}));
  EXPECT_EQ(metadata["axis_mapping"], (json{2, 1}));
}

TEST_F(RoundTripTest, CoordinateEpoch) {
  const json metadata = round_trip(1, GDT_Byte, [](GDALDataset& dataset) {
    OGRSpatialReference crs;
    crs.importFromEPSG(9000);
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    crs.SetCoordinateEpoch(2021.25);
    dataset.SetSpatialRef(&crs);
    double geotransform[6] = {2, 0.5, 0, 50, 0, -0.5};
    dataset.SetGeoTransform(geotransform);
  });
  EXPECT_EQ(metadata["coordinate_epoch"], 2021.25);
}

TEST_F(RoundTripTest, ControlPointsWithHeights) {
  const json metadata = round_trip(1, GDT_UInt16, [](GDALDataset& dataset) {
    OGRSpatialReference crs;
    crs.importFromEPSG(4326);
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    std::vector<GDAL_GCP> points(4);
    char text[] = "";
    for (int i = 0; i < 4; ++i) {
      points[static_cast<std::size_t>(i)] =
          GDAL_GCP{text, text, 6.0 * (i % 2), 4.0 * (i / 2), 10 + 0.1 * i, 50 - 0.1 * i, 255.300903837197 + i};
    }
    dataset.SetGCPs(4, points.data(), &crs);
  });
  EXPECT_EQ(metadata["gcps"]["z"][3], 258.300903837197);
  EXPECT_EQ(metadata["gcps"]["x"].size(), 4u);
  EXPECT_FALSE(metadata["gcps"].contains("id"));
}

TEST_F(RoundTripTest, ControlPointsKeepNamesWhereTheFormatCan) {
  const std::string path = memory_path("named.vrt");
  write_text(path,
             R"(<VRTDataset rasterXSize="6" rasterYSize="4"><GCPList>
                <GCP Id="a" Info="tower" Pixel="1" Line="2" X="3" Y="4" Z="5"/></GCPList>
                <VRTRasterBand dataType="Byte" band="1"/></VRTDataset>)");
  const auto source = open_raster(path);
  CreateOptions options;
  options.format = "ENVI";
  const auto copy = copied(*source, memory_path("named.dat"), options);
  EXPECT_EQ(comparable(copy->info())["gcps"], comparable(source->info())["gcps"]);
  EXPECT_EQ(comparable(copy->info())["gcps"]["info"][0], "tower");
}

TEST_F(RoundTripTest, MetadataOfEveryDomain) {
  const json metadata = round_trip(2, GDT_Float32, [](GDALDataset& dataset) {
    dataset.SetMetadataItem("ORBIT", "descending = down");
    dataset.SetMetadataItem("NOISE", "caf\xe9");
    dataset.SetMetadataItem("LOOKS", "4", "PROCESSING");
    char xml[] = "<xmp a='1'>text</xmp>";
    char* lines[] = {xml, nullptr};
    dataset.SetMetadata(lines, "xml:XMP");
    dataset.GetRasterBand(2)->SetMetadataItem("POLARISATION", "VH");
    dataset.GetRasterBand(2)->SetMetadataItem("GAIN", "3", "CALIBRATION");
  });
  EXPECT_EQ(metadata["metadata"][""]["ORBIT"], "descending = down");
  EXPECT_EQ(metadata["metadata"]["PROCESSING"]["LOOKS"], "4");
  EXPECT_EQ(metadata["metadata"]["xml:XMP"], json{"<xmp a='1'>text</xmp>"});
  EXPECT_EQ(metadata["bands"][1]["metadata"]["CALIBRATION"]["GAIN"], "3");
}

TEST_F(RoundTripTest, RpcCoefficients) {
  const json metadata = round_trip(1, GDT_UInt16, [](GDALDataset& dataset) {
    const std::string coefficients = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20.25";
    for (const char* key : {"LINE_OFF", "SAMP_OFF", "LAT_OFF", "LONG_OFF", "HEIGHT_OFF", "LINE_SCALE", "SAMP_SCALE",
                            "LAT_SCALE", "LONG_SCALE", "HEIGHT_SCALE"}) {
      dataset.SetMetadataItem(key, "12.5", "RPC");
    }
    for (const char* key : {"LINE_NUM_COEFF", "LINE_DEN_COEFF", "SAMP_NUM_COEFF", "SAMP_DEN_COEFF"}) {
      dataset.SetMetadataItem(key, coefficients.c_str(), "RPC");
    }
  });
  EXPECT_EQ(metadata["metadata"]["RPC"]["LINE_OFF"], "12.5");
}

TEST_F(RoundTripTest, BandProperties) {
  const json metadata = round_trip(3, GDT_Int16, [](GDALDataset& dataset) {
    for (int band = 1; band <= 3; ++band) dataset.GetRasterBand(band)->SetNoDataValue(-9999);
    GDALRasterBand& band = *dataset.GetRasterBand(2);
    band.SetDescription("VH");
    band.SetScale(0.1);
    band.SetOffset(-3.5);
    band.SetUnitType("dB");
  });
  const json& band = metadata["bands"][1];
  EXPECT_EQ(band["description"], "VH");
  EXPECT_EQ(band["scale"], 0.1);
  EXPECT_EQ(band["offset"], -3.5);
  EXPECT_EQ(band["unit"], "dB");
  EXPECT_EQ(band["nodata"], -9999);
}

TEST_F(RoundTripTest, NanNodataAndHugeWholeNodata) {
  const json nan =
      round_trip(1, GDT_Float32, [](GDALDataset& dataset) { dataset.GetRasterBand(1)->SetNoDataValue(std::nan("")); });
  EXPECT_EQ(nan["bands"][0]["nodata"], "nan");
  const json huge = round_trip(1, GDT_Int64, [](GDALDataset& dataset) {
    dataset.GetRasterBand(1)->SetNoDataValueAsInt64(-9223372036854775807LL);
  });
  EXPECT_EQ(huge["bands"][0]["nodata"].get<std::int64_t>(), -9223372036854775807LL);
}

TEST_F(RoundTripTest, ColourTableCategoriesAndAlpha) {
  const json table = round_trip(1, GDT_Byte, [](GDALDataset& dataset) {
    GDALColorTable colors;
    for (int i = 0; i < 256; ++i) {
      const GDALColorEntry entry{static_cast<short>(i), 7, static_cast<short>(255 - i), 255};
      colors.SetColorEntry(i, &entry);
    }
    dataset.GetRasterBand(1)->SetColorTable(&colors);
    char water[] = "water";
    char land[] = "land";
    char* names[] = {water, land, nullptr};
    dataset.GetRasterBand(1)->SetCategoryNames(names);
  });
  EXPECT_EQ(table["bands"][0]["color_table"][9], (json{9, 7, 246, 255}));
  EXPECT_EQ(table["bands"][0]["categories"], (json{"water", "land"}));
  const json alpha = round_trip(
      2, GDT_UInt16, [](GDALDataset& dataset) { dataset.GetRasterBand(2)->SetColorInterpretation(GCI_AlphaBand); });
  EXPECT_EQ(alpha["bands"][1]["color_interpretation"], "Alpha");
}

TEST_F(RoundTripTest, ThreeByteBandsAreNotMadeRgb) {
  const json metadata = round_trip(3, GDT_Byte, [](GDALDataset& dataset) {
    dataset.GetRasterBand(1)->SetColorInterpretation(GCI_GrayIndex);
    dataset.GetRasterBand(2)->SetColorInterpretation(GCI_Undefined);
    dataset.GetRasterBand(3)->SetColorInterpretation(GCI_Undefined);
  });
  EXPECT_EQ(metadata["bands"][0]["color_interpretation"], "Gray");
}

TEST_F(RoundTripTest, Mask) {
  round_trip(2, GDT_UInt16, [](GDALDataset& dataset) {
    const CPLConfigOptionSetter internal("GDAL_TIFF_INTERNAL_MASK", "YES", false);
    dataset.CreateMaskBand(GMF_PER_DATASET);
    fill(*dataset.GetRasterBand(1)->GetMaskBand(), [](int x, int y) { return (x + y) % 3 == 0 ? 0 : 255; });
  });
  const auto copy = open_raster(memory_path("out.tif"));
  EXPECT_TRUE(copy->info().has_mask);
  EXPECT_FALSE(file_exists(memory_path("out.tif") + ".msk"));
  EXPECT_FALSE(file_exists(memory_path("out.tif") + ".aux.xml"));
}

TEST_F(RoundTripTest, RealRasters) {
  const std::string folder = SARINR_SHARED_DATA;
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there: real rasters are not tried";
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".tif") continue;
    OpenOptions options;
    // The pixels of full-size frames take too long; their metadata are what counts here.
    const auto full = open_raster(entry.path().string());
    if (full->info().width > 2000) options.window = Extent{0, 0, 300, 200};
    const auto source = options.window ? open_raster(entry.path().string(), options) : nullptr;
    RasterSource& input = source ? *source : *full;
    const auto copy = copied(input, memory_path(entry.path().filename().string()));
    EXPECT_EQ(comparable(copy->info()), comparable(input.info())) << entry.path();
    const auto before = input.read(whole(input.info())).samples;
    const auto after = copy->read(whole(copy->info())).samples;
    for (std::size_t band = 0; band < before.size(); ++band) {
      EXPECT_EQ(std::memcmp(before[band].data(), after[band].data(), before[band].size() * sizeof(Sample)), 0)
          << entry.path();
    }
    ++count;
  }
  EXPECT_GE(count, 19);
}

}  // namespace
}  // namespace sarinr::geo
