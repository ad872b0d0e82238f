#include <gdal_rat.h>
#include <gmock/gmock.h>

#include "driver_test.h"

namespace sarinr::geo::driver {

namespace {

using testing::HasSubstr;
using CreateCopyTest = DriverTest;

/// A small GTiff of amplitudes that says what it is.
DatasetPointer make_source(const std::string& path) {
  GDALDriver& driver = *GetGDALDriverManager()->GetDriverByName("GTiff");
  DatasetPointer dataset(driver.Create(path.c_str(), 70, 60, 1, GDT_Float32, nullptr));
  std::vector<float> values(70 * 60);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 10 + static_cast<float>(i % 70) + static_cast<float>(i % 9);
  EXPECT_EQ(
      dataset->GetRasterBand(1)->RasterIO(GF_Write, 0, 0, 70, 60, values.data(), 70, 60, GDT_Float32, 0, 0, nullptr),
      CE_None);
  dataset->GetRasterBand(1)->SetDescription("VV");
  dataset->SetMetadataItem("MISSION", "S1A");
  dataset->FlushCache(false);
  return dataset;
}

DatasetPointer copy(GDALDataset& source, const std::string& path, std::vector<std::string> options,
                    GDALProgressFunc progress = nullptr, bool strict = false) {
  CPLStringList lines;
  for (const std::string& option : options) lines.AddString(option.c_str());
  return DatasetPointer(GetGDALDriverManager()->GetDriverByName("SARINR")->CreateCopy(path.c_str(), &source, strict,
                                                                                      lines.List(), progress, nullptr));
}

Bytes bytes_of(const std::string& path) {
  const auto source = open_source(path);
  Bytes bytes(static_cast<std::size_t>(source->size()));
  EXPECT_TRUE(source->read(0, bytes));
  return bytes;
}

TEST_F(CreateCopyTest, GivesTheBytesOfAFit) {
  const std::string tiff = memory_path("scene.tif");
  const DatasetPointer source = make_source(tiff);
  const std::string copied = memory_path("copied.sinr");
  const DatasetPointer dataset = copy(
      *source, copied,
      {"QUANTITY=VV=amplitude", "WIDTH=8", "DEPTH=1", "EPOCHS=3", "TILE_SIZE=32", "ACTIVATION_EPOCHS=2", "SEED=7"});
  ASSERT_TRUE(dataset);
  EXPECT_STREQ(dataset->GetRasterBand(1)->GetDescription(), "VV");
  EXPECT_STREQ(dataset->GetMetadataItem("MISSION"), "S1A");

  FitJob job;
  job.spec.width = 8;
  job.spec.depth = 1;
  job.epochs = 3;
  job.tile_size = 32;
  job.activation.epochs = 2;
  job.seed = 7;
  complete(job, OptionStyle::command_line);
  OpenOptions open;
  open.quantities = {"VV=amplitude"};
  const std::string fitted = memory_path("fitted.sinr");
  const auto raster = open_raster(tiff, open);
  const auto sink = create_sink(fitted, true);
  test::Silent silent;
  fit_raster(
      *raster, *sink, job,
      [] {
        return make_engine({"cpu", "cpu", 2, "auto"}, "siren");
      },
      silent);
  sink->commit();
  EXPECT_EQ(bytes_of(copied), bytes_of(fitted));
}

TEST_F(CreateCopyTest, CancellingLeavesNoFile) {
  const DatasetPointer source = make_source(memory_path("scene.tif"));
  const std::string path = memory_path("none.sinr");
  const Messages messages;
  EXPECT_FALSE(copy(*source, path, {"WIDTH=8", "EPOCHS=3"},
                    [](double done, const char*, void*) { return done > 0.3 ? FALSE : TRUE; }));
  EXPECT_EQ(messages.last_number, CPLE_UserInterrupt);
  VSIStatBufL status;
  EXPECT_NE(VSIStatL(path.c_str(), &status), 0);
  EXPECT_NE(VSIStatL((path + ".part").c_str(), &status), 0);
}

TEST_F(CreateCopyTest, SenselessOptionsAreNamed) {
  const DatasetPointer source = make_source(memory_path("scene.tif"));
  const std::pair<const char*, const char*> cases[] = {
      {"EPOCHS=many", "the creation option EPOCHS is 'many'; it must be a number from 1 to 10000000"},
      {"WIDTH=3.5", "the creation option WIDTH is '3.5'; it must be a whole number"},
      {"NUM_THREADS=several", "the creation option NUM_THREADS is 'several'; it must be a number from 1 to 1024"},
      {"OVERLAP=3", "OVERLAP is 3; it must be even"},
      {"WEIGHT_BITS=1", "WEIGHT_BITS is 1"},
      {"ACTIVATION_EPOCHS=3", "ACTIVATION_EPOCHS is 3; it must be even"},
      {"QUANTITY=brightness", "brightness"},
      {"ARCH=none", "none"},
  };
  for (const auto& [option, sentence] : cases) {
    const Messages messages;
    EXPECT_FALSE(copy(*source, memory_path("none.sinr"), {option}));
    ASSERT_EQ(messages.all.size(), 1u) << option;
    EXPECT_THAT(messages.all[0], HasSubstr(sentence));
  }
}

TEST_F(CreateCopyTest, StrictRefusesWhatHasNoPlace) {
  const DatasetPointer source = make_source(memory_path("scene.tif"));
  GDALDefaultRasterAttributeTable table;
  table.CreateColumn("name", GFT_String, GFU_Name);
  ASSERT_EQ(source->GetRasterBand(1)->SetDefaultRAT(&table), CE_None);
  {
    const Messages messages;
    EXPECT_FALSE(copy(*source, memory_path("none.sinr"), {"WIDTH=8", "EPOCHS=1"}, nullptr, true));
    ASSERT_EQ(messages.all.size(), 1u);
    EXPECT_THAT(messages.all[0], HasSubstr("attribute table has no place in a .sinr"));
  }
  const Messages messages;
  EXPECT_TRUE(copy(*source, memory_path("loose.sinr"), {"WIDTH=8", "EPOCHS=1", "QUANTITY=amplitude"}));
}

}  // namespace

}  // namespace sarinr::geo::driver
