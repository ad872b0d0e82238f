#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "driver.h"
#include "gdal_version.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"
#include "sarinr/scene/jobs.h"
#include "scene/memory_raster.h"

namespace sarinr::geo::driver {

using DatasetPointer = GDALDatasetUniquePtr;

/// Keeps GDAL's failures, in place of printing them.
class Messages {
 public:
  Messages() {
    CPLPushErrorHandlerEx(
        [](CPLErr severity, CPLErrorNum number, const char* text) {
          if (severity < CE_Failure) return;
          auto* self = static_cast<Messages*>(CPLGetErrorHandlerUserData());
          self->all.emplace_back(text);
          self->last_number = number;
        },
        this);
  }
  ~Messages() { CPLPopErrorHandler(); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  std::vector<std::string> all;
  CPLErrorNum last_number = CPLE_None;
};

class DriverTest : public testing::Test {
 protected:
  void SetUp() override {
    static const bool started = [] {
      start(std::size_t{64} << 20);
      register_driver();
      return true;
    }();
    (void)started;
  }
  static std::string memory_path(const std::string& name) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return std::string("/vsimem/") + test->test_suite_name() + "." + test->name() + "." + name;
  }

  /// Fits a computed raster: small tiles, few steps, the real engine, so that tiles differ and blend.
  static std::string make_file(const std::string& name, test::ComputedRaster& raster, int tile_size = 64,
                               bool overviews = false) {
    const std::string path = memory_path(name);
    FitJob job;
    job.spec.width = 12;
    job.spec.depth = 1;
    job.tile_size = tile_size;
    job.epochs = 4;
    job.activation.epochs = 0;
    job.overviews = overviews;
    test::Silent silent;
    const auto sink = create_sink(path, true);
    fit_raster(
        raster, *sink, job,
        [] {
          return make_engine({"cpu", "cpu", 1, "auto"}, "siren");
        },
        silent);
    sink->commit();
    return path;
  }

  /// Amplitude of two bands (UInt16 and Float32) with a corner of zeros.
  static test::ComputedRaster scene(int width, int height) {
    return {width,
            height,
            {{Quantity::amplitude, PixelType::u16, 0.0}, {Quantity::decibel, PixelType::f32, {}}},
            [](int band, int x, int y) {
              if (band == 1) return Sample{-10 + 0.01 * x + 3 * ((x / 7 + y / 5) % 2), 0};
              return Sample{x + y < 60 ? 0.0 : 100.0 + x % 13 * 9 + y % 11 * 4, 0};
            }};
  }

  static DatasetPointer open(const std::string& path, const char* const* options = nullptr) {
    const char* const drivers[] = {"SARINR", nullptr};
    return DatasetPointer(
        GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR, drivers, options, nullptr));
  }

  static std::vector<double> read(GDALRasterBand& band, const Extent& window) {
    std::vector<double> values(static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height));
    EXPECT_EQ(band.RasterIO(GF_Read, window.x, window.y, window.width, window.height, values.data(), window.width,
                            window.height, GDT_Float64, 0, 0, nullptr),
              CE_None);
    return values;
  }

  /// A window in fractions of pixels on a grid of its own.
  static std::vector<double> resampled(GDALRasterBand& band, double x, double y, double width, double height,
                                       int columns, int rows, GDALRIOResampleAlg resampling) {
    GDALRasterIOExtraArg extra;
    INIT_RASTERIO_EXTRA_ARG(extra);
    extra.eResampleAlg = resampling;
    extra.bFloatingPointWindowValidity = TRUE;
    extra.dfXOff = x;
    extra.dfYOff = y;
    extra.dfXSize = width;
    extra.dfYSize = height;
    std::vector<double> values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
    const int left = static_cast<int>(x);
    const int top = static_cast<int>(y);
    EXPECT_EQ(band.RasterIO(GF_Read, left, top, static_cast<int>(x + width + 0.999) - left,
                            static_cast<int>(y + height + 0.999) - top, values.data(), columns, rows, GDT_Float64, 0, 0,
                            &extra),
              CE_None);
    return values;
  }

  static std::shared_ptr<FieldFile> fields(const std::string& path) { return FieldFile::open(open_source(path), path); }
};

}  // namespace sarinr::geo::driver
