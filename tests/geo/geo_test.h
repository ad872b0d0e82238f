#pragma once

#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

/// Registers GDAL's drivers once a program.
inline void start_once() {
  static const bool started = [] {
    start(std::size_t{64} << 20);
    return true;
  }();
  (void)started;
}

class GeoTest : public testing::Test {
 protected:
  void SetUp() override { start_once(); }
  /// A path in memory of this test's own.
  static std::string memory_path(const std::string& name) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return std::string("/vsimem/") + test->test_suite_name() + "." + test->name() + "." + name;
  }
};

/// The sentence of the Error that an action throws; empty where it throws none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A new GTiff; the caller fills it.
inline GDALDatasetUniquePtr make_tiff(const std::string& path, int width, int height, int bands, GDALDataType type) {
  return GDALDatasetUniquePtr(
      GetGDALDriverManager()->GetDriverByName("GTiff")->Create(path.c_str(), width, height, bands, type, nullptr));
}

/// Fills a band with value(x, y).
template <class Value>
void fill(GDALRasterBand& band, Value value) {
  std::vector<double> row(static_cast<std::size_t>(band.GetXSize()));
  for (int y = 0; y < band.GetYSize(); ++y) {
    for (int x = 0; x < band.GetXSize(); ++x) row[static_cast<std::size_t>(x)] = value(x, y);
    ASSERT_EQ(
        band.RasterIO(GF_Write, 0, y, band.GetXSize(), 1, row.data(), band.GetXSize(), 1, GDT_Float64, 0, 0, nullptr),
        CE_None);
  }
}

/// Makes a file of a text.
inline void write_text(const std::string& path, const std::string& text) {
  VSILFILE* file = VSIFOpenL(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(VSIFWriteL(text.data(), 1, text.size(), file), text.size());
  VSIFCloseL(file);
}

inline bool file_exists(const std::string& path) {
  VSIStatBufL status;
  return VSIStatL(path.c_str(), &status) == 0;
}

inline Extent whole(const RasterInfo& info) { return {0, 0, info.width, info.height}; }

/// Copies all pixels of a source to a new raster and returns it, opened.
inline std::unique_ptr<RasterSource> copied(RasterSource& source, const std::string& path,
                                            const CreateOptions& options = {}) {
  const auto sink = create_raster(path, source.info(), options);
  sink->write(source.read(whole(source.info())));
  sink->commit();
  OpenOptions open;
  for (const BandModel& band : source.info().bands) {
    open.quantities.push_back(std::to_string(open.quantities.size() + 1) + "=" + std::string(name(band.quantity)));
  }
  return open_raster(path, open);
}

}  // namespace sarinr::geo
