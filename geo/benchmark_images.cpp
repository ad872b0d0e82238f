#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <set>

#include "gdal_support.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/benchmark.h"
#include "sarinr/geo/raster.h"

namespace sarinr::geo {

namespace {

using benchmark::CodingImage;
using ImageReader = std::function<CodingImage()>;

/// A raster to look into.
struct Candidate {
  std::string path;
  std::string label;
  bool asked_for = true;  ///< named by the user, not found in a folder
};

bool is_folder(const std::string& path) {
  const MessageScope scope;
  VSIStatBufL status;
  return VSIStatL(path.c_str(), &status) == 0 && VSI_ISDIR(status.st_mode);
}

/// Pictures and parts of other files, by their extension.
bool is_beside_rasters(const std::string& path) {
  std::string extension = CPLGetExtension(path.c_str());
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array known{"png", "jpg", "jpeg", "gif", "bmp", "webp", "ovr", "msk", "sinr"};
  return std::find(known.begin(), known.end(), extension) != known.end();
}

bool opens(const std::string& path) {
  const MessageScope scope;
  return Dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER)) != nullptr;
}

std::vector<Candidate> candidates(const std::vector<std::string>& inputs) {
  std::vector<Candidate> found;
  for (const std::string& input : inputs) {
    if (!is_folder(input)) {
      found.push_back({input, CPLGetFilename(input.c_str()), true});
      continue;
    }
    const MessageScope scope;
    const CPLStringList names(VSIReadDirRecursive(input.c_str()));
    std::vector<std::string> files(names.List(), names.List() + names.size());
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
      const std::string path = CPLFormFilename(input.c_str(), file.c_str(), nullptr);
      if (!is_folder(path) && !is_beside_rasters(path) && opens(path)) found.push_back({path, file, false});
    }
  }
  return found;
}

/// The part of `whole` that is compared.
Extent middle(const Extent& whole, int largest) {
  const int width = std::min(whole.width, largest);
  const int height = std::min(whole.height, largest);
  return {whole.x + (whole.width - width) / 2, whole.y + (whole.height - height) / 2, width, height};
}

/// One band of a raster, opened again when it is read.
ImageReader reader_of(const Candidate& candidate, const ImageRequest& request, const RasterInfo& info, int band,
                      const std::string& label) {
  OpenOptions options;
  options.bands = {band};
  options.window = middle(request.window.value_or(Extent{0, 0, info.width, info.height}), request.largest);
  options.quantities = {std::string(name(info.bands[0].quantity))};
  return [path = candidate.path, options, label, domain = request.domain] {
    const std::unique_ptr<RasterSource> source = open_raster(path, options);
    const RasterInfo& part = source->info();
    return benchmark::coding_image(label, source->read({0, 0, part.width, part.height}), 0, part.bands[0], domain);
  };
}

void check_size(const RasterInfo& info, const ImageRequest& request, const std::string& label) {
  if (info.width >= request.least_width && info.height >= request.least_height) return;
  throw Error(label + " has " + std::to_string(info.width) + "x" + std::to_string(info.height) +
              " pixels, fewer than --min-size asks for");
}

std::string unique_label(const std::string& label, std::set<std::string>& used) {
  std::string unique = label;
  for (int number = 2; !used.insert(unique).second; ++number) unique = label + " (" + std::to_string(number) + ")";
  return unique;
}

/// Adds every band that can be compared; complains about the others.
void add_bands(const Candidate& candidate, const ImageRequest& request, std::set<std::string>& used,
               JobListener& listener, std::vector<ImageReader>& readers) {
  const auto attempt = [&](const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      if (candidate.asked_for || error.kind() != ErrorKind::request) throw;
      listener.message(std::string(error.what()) + "; it is left out");
    }
  };
  attempt([&] {
    OpenOptions options;
    options.bands = request.bands;
    options.quantities = request.quantities;
    options.window = request.window;
    const std::unique_ptr<RasterSource> raster = open_raster(candidate.path, options);
    check_size(raster->info(), request, candidate.label);
    for (std::size_t b = 0; b < raster->info().bands.size(); ++b) {
      const int number = request.bands.empty() ? static_cast<int>(b) + 1 : request.bands[b];
      RasterInfo band = raster->info();
      band.bands = {band.bands[b]};
      const bool single = request.bands.empty() && raster->info().bands.size() == 1;
      const std::string label =
          unique_label(single ? candidate.label : candidate.label + " band " + std::to_string(number), used);
      attempt([&] {
        ImageReader reader = reader_of(candidate, request, band, number, label);
        reader();
        readers.push_back(std::move(reader));
      });
    }
  });
}

}  // namespace

std::vector<ImageReader> find_coding_images(const ImageRequest& request, JobListener& listener) {
  std::vector<ImageReader> readers;
  std::set<std::string> used;
  for (const Candidate& candidate : candidates(request.inputs)) {
    add_bands(candidate, request, used, listener, readers);
  }
  if (readers.empty())
    throw Error("no image of detected backscatter was found: name rasters or folders that hold them");
  return readers;
}

}  // namespace sarinr::geo
