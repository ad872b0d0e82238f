#include "sarinr/scene/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sarinr/base/random.h"
#include "sarinr/scene/report_output.h"
#include "scene/memory_raster.h"

namespace sarinr {
namespace {

using nlohmann::json;
using test::ComputedRaster;
using test::MemoryRaster;
using test::Silent;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

double noise(int band, int x, int y) {
  return Random(static_cast<std::uint64_t>(band * 10000000 + y * 1000 + x)).normal();
}

const BandModel decibels{.quantity = Quantity::decibel, .type = PixelType::f32, .nodata = -99};

ComputedRaster raster(double error, std::vector<BandModel> bands = {decibels}) {
  return {150, 130, std::move(bands), [error](int band, int x, int y) {
            return Sample{-10 + 2 * noise(band, x, y) + error * noise(band + 5, x, y), 0};
          }};
}

Report compare(RasterSource& reference, RasterSource& test, ReportJob job = {}) {
  job.reference.path = "r.tif";
  job.test.path = "t.tif";
  Silent listener;
  return compare_rasters(reference, test, job, listener);
}

template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CompareRasters, KnowsTheErrorThatWasMade) {
  ComputedRaster reference = raster(0);
  ComputedRaster test = raster(0.5);
  const Report report = compare(reference, test);
  const Figures& figures = report.bands[0].figures;
  EXPECT_EQ(*figures.get("pixels_compared"), 150 * 130);
  EXPECT_NEAR(*figures.get("rmse"), 0.5, 0.01) << "the standard error is 0.0025";
  EXPECT_NEAR(*figures.get("bias"), 0, 0.015);
  EXPECT_NEAR(*figures.get("mae"), 0.5 * std::sqrt(2 / 3.14159265), 0.01);
  EXPECT_EQ(*report.whole.get("rmse"), *figures.get("rmse"));
}

TEST(CompareRasters, DoesNotDependOnTheStrips) {
  const auto run = [](std::size_t memory) {
    ComputedRaster reference = raster(0, {decibels, decibels});
    ComputedRaster test = raster(0.5, {decibels, decibels});
    ReportJob job;
    job.memory = memory;
    job.tiles.emplace(150, 130, 40, 0);
    Report report = compare(reference, test, job);
    report.file.set("decode_seconds", 0);
    return report_json(report);
  };
  const std::string whole = run(std::size_t{1} << 30);
  EXPECT_EQ(run(1), whole) << "one row at a time";
  EXPECT_EQ(run(200000), whole);
}

TEST(CompareRasters, TilesMakeTheWhole) {
  ComputedRaster reference = raster(0);
  ComputedRaster test = raster(0.5);
  ReportJob job;
  job.tiles.emplace(150, 130, 40, 0);
  job.tile_bytes.assign(12, 100);
  const Report report = compare(reference, test, job);
  ASSERT_EQ(report.bands[0].tiles.size(), 12u);
  double squares = 0;
  double pixels = 0;
  for (const TileErrors& tile : report.bands[0].tiles) {
    const double count = *tile.figures.get("pixels_compared");
    EXPECT_EQ(count, tile.extent.width * tile.extent.height);
    EXPECT_DOUBLE_EQ(*tile.figures.get("bits_per_pixel"), 800 / count);
    squares += count * *tile.figures.get("rmse") * *tile.figures.get("rmse");
    pixels += count;
  }
  EXPECT_NEAR(std::sqrt(squares / pixels), *report.bands[0].figures.get("rmse"), 1e-12);
}

TEST(CompareRasters, CountsPixelsThatAreValidInOneAlone) {
  ComputedRaster reference(30, 20, {decibels}, [](int, int x, int) { return Sample{x < 3 ? -99.0 : -x, 0}; });
  ComputedRaster test(30, 20, {{.quantity = Quantity::decibel, .type = PixelType::f32, .nodata = -1}},
                      [](int, int x, int) {
                        return Sample{x >= 28 ? std::nan("") : x < 2 ? -1.0 : -x, 0};
                      });
  const Figures figures = compare(reference, test).bands[0].figures;
  EXPECT_EQ(*figures.get("pixels_compared"), 25 * 20);
  EXPECT_EQ(*figures.get("pixels_reference_only"), 2 * 20);
  EXPECT_EQ(*figures.get("pixels_test_only"), 1 * 20) << "column 2, which only the reference calls nodata";
  EXPECT_DOUBLE_EQ(*figures.get("mask_disagreement"), 3.0 / 30);
  EXPECT_EQ(*figures.get("rmse"), 0);
}

TEST(CompareRasters, CountsSignsAndKeepsLinearErrors) {
  const BandModel power{.quantity = Quantity::power, .type = PixelType::f32, .nodata = {}};
  ComputedRaster reference(20, 20, {power}, [](int, int x, int) { return Sample{x == 0 ? -2.0 : 2.0, 0}; });
  ComputedRaster test(20, 20, {power}, [](int, int x, int) { return Sample{x <= 1 ? -1.0 : 1.0, 0}; });
  const Figures figures = compare(reference, test).bands[0].figures;
  EXPECT_EQ(*figures.get("sign_disagreement"), 20);
  EXPECT_NEAR(*figures.get("rmse"), 10 * std::log10(2.0), 1e-12) << "in dB of the magnitude";
  EXPECT_EQ(*figures.get("max_error_linear"), 3);
  EXPECT_EQ(*figures.get("max_error_linear_x"), 1);
}

TEST(CompareRasters, OfNoPixelAtAllSaysNothing) {
  ComputedRaster reference(30, 30, {decibels}, [](int, int, int) { return Sample{-99, 0}; });
  const Report report = compare(reference, reference);
  EXPECT_EQ(*report.bands[0].figures.get("pixels_compared"), 0);
  for (const char* name : {"psnr", "rmse", "ssim", "kl", "enl_ratio", "ratio_mean", "max_error_x"}) {
    EXPECT_EQ(report.bands[0].figures.get(name), std::nullopt) << name;
  }
  EXPECT_NO_THROW(json::parse(report_json(report)));
  EXPECT_NO_THROW(report_html(report, [](int, int, const std::vector<std::uint8_t>&) { return std::string("png"); }));
}

TEST(CompareRasters, ComparesClassesAndOtherNumbers) {
  const BandModel classes{.quantity = Quantity::categorical, .type = PixelType::u8, .nodata = {}};
  const BandModel other{.quantity = Quantity::other, .type = PixelType::f32, .nodata = {}};
  const auto value = [](int band, int x, int y) { return band == 0 ? x % 4 : 0.5 + 0.1 * noise(1, x, y); };
  ComputedRaster reference(100, 50, {classes, other}, [&](int b, int x, int y) { return Sample{value(b, x, y), 0}; });
  ComputedRaster test(100, 50, {classes, other}, [&](int b, int x, int y) {
    return Sample{b == 0 && x < 10 ? 9 : value(b, x, y) + b, 0};
  });
  const Report report = compare(reference, test);
  EXPECT_DOUBLE_EQ(*report.bands[0].figures.get("agreement"), 0.9);
  EXPECT_FALSE(report.bands[0].figures.has("rmse"));
  EXPECT_NEAR(*report.bands[1].figures.get("bias"), 1, 1e-12);
  EXPECT_FALSE(report.bands[1].figures.has("enl_ratio"));
  EXPECT_NEAR(*report.whole.get("bias"), 1, 1e-12) << "of the one band that has a bias";
  EXPECT_EQ(json::parse(report_json(report))["bands"][1]["domain"], "value");
}

TEST(CompareRasters, DoesNotMixUnitsInTheWhole) {
  const BandModel other{.quantity = Quantity::other, .type = PixelType::f32, .nodata = {}};
  ComputedRaster reference = raster(0, {decibels, other});
  ComputedRaster test = raster(0.5, {decibels, other});
  const Report report = compare(reference, test);
  EXPECT_FALSE(report.whole.has("rmse")) << "decibels and a bare number";
  EXPECT_TRUE(report.whole.has("ssim"));
  EXPECT_TRUE(report.whole.has("power_bias"));
}

TEST(CompareRasters, RefusesMarksThatNobodyDeclared) {
  for (const double mark : {-3.4e38, 3.4e38}) {
    ComputedRaster reference(20, 20, {decibels}, [&](int, int x, int) { return Sample{x == 7 ? mark : -10.0, 0}; });
    EXPECT_EQ(error_of([&] { compare(reference, reference); }),
              "the value " + std::string(mark > 0 ? "" : "-") +
                  "3.4e+38 cannot be taken as db: declare it as nodata, or say with --quantity what the numbers are");
  }
  ComputedRaster huge(20, 20, {{.quantity = Quantity::other, .type = PixelType::f64, .nodata = {}}},
                      [](int, int x, int y) {
                        return Sample{(x % 2 == 0 ? 1 : -1) * 1.7e308 + y, 0};
                      });
  EXPECT_EQ(*compare(huge, huge).bands[0].figures.get("rmse"), 0) << "other numbers may be what they like";
}

TEST(CompareRasters, RefusesWhatCannotBeCompared) {
  ComputedRaster reference = raster(0);
  ComputedRaster two = raster(0, {decibels, decibels});
  EXPECT_EQ(
      error_of([&] { compare(reference, two); }),
      "t.tif has 150x130 pixels in 2 bands, but r.tif has 150x130 pixels in 1 band: a report needs two rasters of "
      "one grid");
  ComputedRaster complex = raster(0, {{.quantity = Quantity::complex, .type = PixelType::cf32, .nodata = {}}});
  EXPECT_EQ(error_of([&] { compare(reference, complex); }), "band 1 of t.tif is complex and that of r.tif is not");
  EXPECT_EQ(error_of([&] { compare(complex, reference); }), "band 1 of r.tif is complex and that of t.tif is not");
  Silent impatient;
  impatient.steps_left = 1;
  EXPECT_EQ(error_of([&] { compare_rasters(reference, reference, {}, impatient); }), "interrupted");
}

TEST(ReportForms, HoldTheSameNumbers) {
  ComputedRaster reference = raster(0);
  ComputedRaster test = raster(0.5);
  const Report report = compare(reference, test);
  const double rmse = *report.bands[0].figures.get("rmse");
  const json object = json::parse(report_json(report));
  EXPECT_EQ(object["schema"], "sarinr-report/1");
  EXPECT_EQ(object["bands"][0]["figures"]["rmse"].get<double>(), rmse);
  EXPECT_EQ(object["bands"][0]["units"]["rmse"], "dB");
  EXPECT_EQ(object["bands"][0]["linear"], "power");
  char line[80];
  std::snprintf(line, sizeof line, "t.tif,band,band 1,,rmse,%.17g,dB\n", rmse);
  const Report reports[] = {report, report};
  EXPECT_THAT(reports_csv(reports), HasSubstr(line));
  EXPECT_EQ(json::parse(reports_json(reports))["reports"].size(), 2u);
  EXPECT_THAT(report_text(report), HasSubstr("enl_ratio"));
}

TEST(ReportForms, EqualRastersHaveInfinitePsnr) {
  ComputedRaster reference = raster(0);
  const json object = json::parse(report_json(compare(reference, reference)));
  EXPECT_EQ(object["bands"][0]["figures"]["psnr"], "inf");
  EXPECT_EQ(object["bands"][0]["figures"]["kl"], 0);
}

TEST(ReportForms, ThePageIsWholeAndEscaped) {
  ComputedRaster reference = raster(0);
  ComputedRaster test = raster(0.5);
  reference.change().band_names = {"<VV & co>"};
  int pictures = 0;
  const std::string page =
      report_html(compare(reference, test), [&](int width, int height, const std::vector<std::uint8_t>& pixels) {
        ++pictures;
        const std::size_t cells = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
        EXPECT_TRUE(pixels.size() == cells || pixels.size() == 3 * cells);
        return std::string("\x01\x02", 2);
      });
  EXPECT_EQ(pictures, 6);
  EXPECT_THAT(page, HasSubstr("data:image/png;base64,AQI=\""));
  EXPECT_THAT(page, HasSubstr("&lt;VV &amp; co&gt;"));
  EXPECT_EQ(page.find("<VV"), std::string::npos);
  EXPECT_THAT(page, Not(ContainsRegex("[^a-z]nan[^a-z]"))) << "a number that is none reached the page";
}

TEST(ReportMaps, HoldEveryTilesFigures) {
  ComputedRaster reference = raster(0);
  ComputedRaster test = raster(0.5);
  ReportJob job;
  job.tiles.emplace(150, 130, 40, 0);
  const Report report = compare(reference, test, job);
  const RasterInfo info = report_map_info(report);
  EXPECT_EQ(json::parse(info.metadata)["crs"], "EPSG:32631");
  ASSERT_EQ(info.bands.size(), report.bands[0].tiles[0].figures.entries().size());
  MemoryRaster sink(150);
  write_report_maps(report, sink);
  const auto rmse = static_cast<int>(std::find(info.band_names.begin(), info.band_names.end(), "band 1 rmse") -
                                     info.band_names.begin());
  EXPECT_EQ(sink.at(rmse, 149, 129).re, *report.bands[0].tiles.back().figures.get("rmse"));
  EXPECT_EQ(sink.at(rmse, 0, 0).re, *report.bands[0].tiles.front().figures.get("rmse"));
}

TEST(Limits, FindTheBandThatBreaksThem) {
  ComputedRaster reference = raster(0, {decibels, decibels});
  ComputedRaster test = raster(0.5, {decibels, decibels});
  Report report = compare(reference, test);
  report.bands[1].figures.set("enl_ratio", 0.5);
  report.bands[0].figures.set("enl_ratio", 1);
  EXPECT_EQ(Limit("enl_ratio<0.95").violation(report),
            "enl_ratio of t.tif, band 2, is 0.5, and the limit is enl_ratio<0.95");
  EXPECT_EQ(Limit("enl_ratio < 0.5").violation(report), "");
  EXPECT_NE(Limit("enl_ratio<=0.5").violation(report), "");
  EXPECT_NE(Limit("enl_ratio>=1").violation(report), "");
  EXPECT_EQ(Limit("enl_ratio>1").violation(report), "");
  EXPECT_EQ(error_of([&] { (void)Limit("coherence<0.9").violation(report); }),
            "the limit coherence<0.9 cannot be checked: t.tif has no value of coherence against r.tif");
}

TEST(Limits, RefuseWhatTheyDoNotUnderstand) {
  EXPECT_EQ(error_of([] { Limit("rmse"); }),
            "the limit 'rmse' is not understood: write it as enl_ratio<0.95, with <, <=, > or >=");
  EXPECT_EQ(error_of([] { Limit("rmse<much"); }), "the limit 'rmse<much' has no number after <");
  EXPECT_THAT(error_of([] { Limit("beauty<1"); }),
              HasSubstr("there is no figure 'beauty': the figures are pixels_compared, "));
}

}  // namespace
}  // namespace sarinr
