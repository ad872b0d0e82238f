#include <cmath>
#include <filesystem>
#include <functional>

#include "geo_test.h"

namespace sarinr::geo {
namespace {

class QuantityTest : public GeoTest {
 protected:
  /// What is detected for a 40x40 raster with value(x, y) and the given description.
  template <class Value>
  std::string detected(const std::string& file, GDALDataType type, const std::string& description, Value value,
                       const std::function<void(GDALDataset&)>& change = {}) {
    const std::string path = "/vsimem/quantity/" + file;
    {
      const auto tiff = make_tiff(path, 40, 40, 1, type);
      tiff->GetRasterBand(1)->SetDescription(description.c_str());
      if (change) change(*tiff);
      fill(*tiff->GetRasterBand(1), value);
    }
    const auto source = open_raster(path);
    reason_ = source->info().quantity_reasons[0];
    GDALDriver::QuietDelete(path.c_str());
    return std::string(name(source->info().bands[0].quantity));
  }
  std::string reason_;
};

double one(int, int) { return 1; }

TEST_F(QuantityTest, WordsOfTheDescriptionDecide) {
  EXPECT_EQ(detected("a.tif", GDT_Float32, "Sigma0_VV_db", one), "db");
  EXPECT_EQ(reason_, "the band's description says \"db\"");
  EXPECT_EQ(detected("a.tif", GDT_Float32, "Amplitude_VH", one), "amplitude");
  EXPECT_EQ(detected("a.tif", GDT_Float32, "Intensity", one), "power");
  EXPECT_EQ(detected("a.tif", GDT_Float32, "coherence amplitude", one), "other");
  EXPECT_EQ(detected("a.tif", GDT_Float32, "power db", one), "db");
  EXPECT_EQ(detected("a.tif", GDT_Byte, "layover_shadow", one), "categorical");
}

TEST_F(QuantityTest, WordsAreWholeAndFoldersDoNotCount) {
  EXPECT_EQ(detected("clamped.tif", GDT_Float32, "masked", one), "power");
  EXPECT_EQ(reason_.find("assumed power"), 0u) << reason_;
  EXPECT_NE(reason_.find("; give --quantity to say otherwise"), std::string::npos);
}

TEST_F(QuantityTest, DescriptionThenUnitThenMetadataThenFileName) {
  const auto unit = [](GDALDataset& dataset) { dataset.GetRasterBand(1)->SetUnitType("dB"); };
  EXPECT_EQ(detected("x_amp.tif", GDT_Float32, "", one, unit), "db");
  EXPECT_EQ(detected("x_amp.tif", GDT_Float32, "power", one, unit), "power");
  const auto scale = [](GDALDataset& dataset) { dataset.SetMetadataItem("OUTPUT_SCALE", "power"); };
  EXPECT_EQ(detected("x_amp.tif", GDT_Float32, "", one, scale), "power");
  EXPECT_EQ(detected("x_amp.tif", GDT_Float32, "", one), "amplitude");
  EXPECT_EQ(reason_, "the file's name says \"amp\"");
}

TEST_F(QuantityTest, MetadataOfTheSceneDoNotCount) {
  const auto scene = [](GDALDataset& dataset) {
    dataset.SetMetadataItem("INCIDENCE_ANGLE", "34");
    dataset.SetMetadataItem("DEM_NAME", "SRTM DEM");
  };
  EXPECT_EQ(detected("s1.tif", GDT_UInt16, "", one, scene), "amplitude");
}

TEST_F(QuantityTest, ValuesDecideWhereNoWordDoes) {
  EXPECT_EQ(detected("s1.tif", GDT_Float32, "VV", [](int x, int) { return -20.0 + x; }), "db");
  EXPECT_EQ(detected("s1.tif", GDT_Float32, "VV", [](int x, int) { return std::sin(x); }), "other");
  EXPECT_EQ(detected("s1.tif", GDT_Float32, "VV", [](int x, int) { return x - 200.0; }), "other");
  EXPECT_EQ(detected("s1.tif", GDT_Float32, "VV", [](int x, int y) { return x * y; }), "amplitude");
  EXPECT_EQ(detected("s1.tif", GDT_Int16, "VV", [](int x, int y) { return x * y; }), "amplitude");
  EXPECT_EQ(detected("s1.tif", GDT_Float32, "VV", [](int x, int) { return x == 3 ? -0.01 : 0.1; }), "power");
}

TEST_F(QuantityTest, ScaledDecibelsAreNoDecibels) {
  EXPECT_EQ(detected("s1_db.tif", GDT_Byte, "", one), "other");
  EXPECT_NE(reason_.find("assumed scaled decibels"), std::string::npos) << reason_;
}

TEST_F(QuantityTest, ColourTablesMeanClasses) {
  const auto table = [](GDALDataset& dataset) {
    GDALColorTable colors;
    const GDALColorEntry red{255, 0, 0, 255};
    colors.SetColorEntry(0, &red);
    dataset.GetRasterBand(1)->SetColorTable(&colors);
  };
  EXPECT_EQ(detected("s1.tif", GDT_Byte, "", one, table), "categorical");
}

TEST_F(QuantityTest, RequestsByBandAndTheirErrors) {
  const std::string path = memory_path("two.tif");
  {
    const auto tiff = make_tiff(path, 4, 4, 2, GDT_Float32);
    tiff->GetRasterBand(1)->SetDescription("VV");
  }
  OpenOptions options;
  options.quantities = {"power", "vv=amplitude", "2=other"};
  const auto source = open_raster(path, options);
  EXPECT_EQ(source->info().bands[0].quantity, Quantity::amplitude);
  EXPECT_EQ(source->info().bands[1].quantity, Quantity::other);
  EXPECT_EQ(source->info().quantity_reasons[1], "asked for");
  const auto error = [&](const std::string& request) {
    options.quantities = {request};
    return error_of([&] { open_raster(path, options); });
  };
  EXPECT_EQ(error("loudness"), "the quantity loudness is not known: give one of " + quantity_names());
  EXPECT_EQ(error("HH=power"), "--quantity names the band HH, which is not there: the bands are 1 (VV), 2");
  EXPECT_EQ(error("1=complex"), "band 1 (VV) has pixels of type Float32: its quantity cannot be complex");
}

TEST_F(QuantityTest, RealRasters) {
  const std::string folder = SARINR_SHARED_DATA;
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there: real rasters are not tried";
  const std::pair<const char*, const char*> expected[] = {{"sentinel1/spain_vvvh_sigma0_db.tif", "db"},
                                                          {"sentinel1/camargue_vv_gamma0_db.tif", "db"},
                                                          {"sentinel1/morocco_vv_amplitude.tif", "amplitude"},
                                                          {"sentinel1/morocco_coherence.tif", "other"},
                                                          {"sentinel1/india_grd_vvvh_dn_gcp.tif", "amplitude"},
                                                          {"sentinel1/seychelles_grd_vh_dn_gcp.tif", "amplitude"},
                                                          {"sentinel1/wuhan_city_vh_power.tif", "power"},
                                                          {"slc/rotterdam_quadpol_cint16_rotated.tif", "complex"},
                                                          {"slc/asar_cfloat32.tif", "complex"},
                                                          {"slc/asar_cint16.tif", "complex"},
                                                          {"slc/uavsar_winnipeg_hh_cfloat32.tif", "complex"},
                                                          {"polsar/winnipeg_dualpol_power_101x201.tif", "power"},
                                                          {"reference/lely_ref_amp.tif", "amplitude"},
                                                          {"reference/limagne_ref_amp.tif", "amplitude"},
                                                          {"reference/marais1_ref_amp.tif", "amplitude"},
                                                          {"reference/ramb_ref_amp.tif", "amplitude"},
                                                          {"degenerate/rotterdam_db_untagged_nan.tif", "db"},
                                                          {"degenerate/blank_26k_bogus_georef_uint16.tif", "amplitude"},
                                                          {"degenerate/blank_slc_22k_gcp_cfloat32.tif", "complex"}};
  for (const auto& [file, quantity] : expected) {
    const auto source = open_raster(folder + "/" + file);
    for (const BandModel& band : source->info().bands) EXPECT_EQ(name(band.quantity), quantity) << file;
  }
}

}  // namespace
}  // namespace sarinr::geo
