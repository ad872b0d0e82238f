#include "sarinr/geo/study.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include "gdal_support.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

namespace {

Extent middle(const Extent& whole, int size) {
  const int width = std::min(whole.width, size);
  const int height = std::min(whole.height, size);
  return {whole.x + (whole.width - width) / 2, whole.y + (whole.height - height) / 2, width, height};
}

GDALRIOResampleAlg kernel_named(const std::string& name) {
  constexpr std::array<std::pair<const char*, GDALRIOResampleAlg>, 4> kernels = {{{"bilinear", GRIORA_Bilinear},
                                                                                  {"cubic", GRIORA_Cubic},
                                                                                  {"cubicspline", GRIORA_CubicSpline},
                                                                                  {"lanczos", GRIORA_Lanczos}}};
  for (const auto& [known, kernel] : kernels) {
    if (name == known) return kernel;
  }
  throw Error("unknown kernel '" + name + "': the kernels are bilinear, cubic, cubicspline and lanczos");
}

}  // namespace

std::vector<study::Image> read_study_images(const StudyImages& request) {
  std::vector<study::Image> images;
  for (const std::string& input : request.inputs) {
    OpenOptions options;
    options.bands = request.bands;
    options.quantities = request.quantities;
    options.window = request.window;
    const std::unique_ptr<RasterSource> source = open_raster(input, options);
    const RasterInfo& info = source->info();
    const RasterWindow window = source->read(middle({0, 0, info.width, info.height}, request.tile_size));
    for (std::size_t b = 0; b < info.bands.size(); ++b) {
      std::string name = std::filesystem::path(input).stem().string();
      if (info.bands.size() > 1) name += " band " + std::to_string(request.bands[b]);
      images.push_back(study::image_of(name, info, window, b));
    }
  }
  return images;
}

std::vector<double> upsample(const std::string& kernel, const std::vector<double>& values, int width, int height,
                             int factor) {
  GDALRasterIOExtraArg extra;
  INIT_RASTERIO_EXTRA_ARG(extra);
  extra.eResampleAlg = kernel_named(kernel);
  const MessageScope messages;
  const Dataset coarse(
      GetGDALDriverManager()->GetDriverByName("MEM")->Create("", width, height, 1, GDT_Float64, nullptr));
  std::vector<double> fine(values.size() * static_cast<std::size_t>(factor) * static_cast<std::size_t>(factor));
  bool done = coarse != nullptr;
  if (done) {
    GDALRasterBand& band = *coarse->GetRasterBand(1);
    done = band.SetNoDataValue(std::numeric_limits<double>::quiet_NaN()) == CE_None &&
           band.RasterIO(GF_Write, 0, 0, width, height, const_cast<double*>(values.data()), width, height, GDT_Float64,
                         0, 0, nullptr) == CE_None &&
           band.RasterIO(GF_Read, 0, 0, width, height, fine.data(), width * factor, height * factor, GDT_Float64, 0, 0,
                         &extra) == CE_None;
  }
  if (!done) throw Error("GDAL does not resample by " + kernel + ": " + messages.reason());
  return fine;
}

}  // namespace sarinr::geo
