#include "sarinr/geo/comparison.h"

#include <algorithm>
#include <cmath>

#include "gdal_support.h"
#include "metadata.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

namespace {

constexpr double tolerance_in_pixels = 0.01;

std::string crs_difference(const std::optional<OGRSpatialReference>& reference,
                           const std::optional<OGRSpatialReference>& test, const std::string& what) {
  if (reference.has_value() != test.has_value()) {
    return std::string("it has ") + (test ? "a" : "no") + " coordinate system" + what + " and the reference has " +
           (reference ? "one" : "none");
  }
  const char* const options[] = {"IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", "CRITERION=EQUIVALENT", nullptr};
  if (!reference || reference->IsSame(&*test, options) != 0) return {};
  const auto label = [](const OGRSpatialReference& crs) {
    return std::string(crs.GetName() == nullptr ? "unnamed" : crs.GetName());
  };
  return "its coordinate system" + what + " is " + label(*test) + ", the reference's " + label(*reference);
}

/// How far, in pixels of the reference, the two put the raster's corners apart; infinite where the reference's pixels
/// have no size.
double displacement(const std::array<double, 6>& a, const std::array<double, 6>& b, const RasterInfo& info) {
  const double pixel = std::min(std::hypot(a[1], a[4]), std::hypot(a[2], a[5]));
  double farthest = 0;
  for (const double x : {0.0, static_cast<double>(info.width)}) {
    for (const double y : {0.0, static_cast<double>(info.height)}) {
      const double dx = a[0] + x * a[1] + y * a[2] - b[0] - x * b[1] - y * b[2];
      const double dy = a[3] + x * a[4] + y * a[5] - b[3] - x * b[4] - y * b[5];
      farthest = std::max(farthest, std::hypot(dx, dy));
    }
  }
  return farthest == 0 ? 0 : farthest / pixel;
}

std::string transform_difference(const nlohmann::json& reference, const nlohmann::json& test, const RasterInfo& info) {
  const auto a = geotransform_from_json(reference);
  const auto b = geotransform_from_json(test);
  if (a.has_value() != b.has_value()) {
    return std::string("it has ") + (b ? "a" : "no") + " geotransform and the reference has " + (a ? "one" : "none");
  }
  if (!a) return {};
  const double pixels = displacement(*a, *b, info);
  if (pixels <= tolerance_in_pixels) return {};
  return CPLSPrintf("its geotransform puts the raster up to %.3g pixels elsewhere", pixels);
}

std::string points_difference(const nlohmann::json& reference, const nlohmann::json& test) {
  const ControlPoints a(reference);
  const ControlPoints b(test);
  if (a.count() != b.count()) {
    return "it has " + std::to_string(b.count()) + " ground control points and the reference has " +
           std::to_string(a.count());
  }
  for (int i = 0; i < a.count(); ++i) {
    const GDAL_GCP& p = a.data()[i];
    const GDAL_GCP& q = b.data()[i];
    const auto near = [](double u, double v) { return std::abs(u - v) <= 1e-9 * std::max(1.0, std::abs(u)); };
    const bool same = std::hypot(p.dfGCPPixel - q.dfGCPPixel, p.dfGCPLine - q.dfGCPLine) <= tolerance_in_pixels &&
                      near(p.dfGCPX, q.dfGCPX) && near(p.dfGCPY, q.dfGCPY) && near(p.dfGCPZ, q.dfGCPZ);
    if (!same) return "its ground control point " + std::to_string(i + 1) + " lies elsewhere";
  }
  return crs_difference(a.crs(), b.crs(), " of ground control points");
}

}  // namespace

std::string georeferencing_difference(const RasterInfo& reference, const RasterInfo& test) {
  const nlohmann::json a = parse_metadata(reference.metadata.empty() ? "{}" : reference.metadata);
  const nlohmann::json b = parse_metadata(test.metadata.empty() ? "{}" : test.metadata);
  std::string difference = crs_difference(crs_from_json(a), crs_from_json(b), "");
  if (difference.empty()) difference = transform_difference(a, b, reference);
  if (difference.empty()) difference = points_difference(a, b);
  return difference;
}

std::optional<std::uint64_t> file_bytes(const std::string& path) {
  const MessageScope scope;
  VSIStatBufL status;
  if (VSIStatL(path.c_str(), &status) != 0 || VSI_ISDIR(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

std::vector<std::string> files_in(const std::string& folder) {
  const MessageScope scope;
  VSIStatBufL status;
  if (VSIStatL(folder.c_str(), &status) != 0 || !VSI_ISDIR(status.st_mode)) throw Error(folder + " is no folder");
  const CPLStringList names(VSIReadDir(folder.c_str()));
  std::vector<std::string> files;
  for (int i = 0; i < names.size(); ++i) {
    if (file_bytes(folder + "/" + names[i])) files.emplace_back(names[i]);
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string encode_png(int width, int height, const std::vector<std::uint8_t>& pixels) {
  const MessageScope scope;
  const std::string path = "/vsimem/" + temporary_path().substr(temporary_path().find_last_of('/') + 1) + ".png";
  const int bands =
      static_cast<int>(pixels.size() / (static_cast<std::size_t>(width) * static_cast<std::size_t>(height)));
  const Dataset memory(
      GetGDALDriverManager()->GetDriverByName("MEM")->Create("", width, height, bands, GDT_Byte, nullptr));
  GDALDriver* const driver = GetGDALDriverManager()->GetDriverByName("PNG");
  if (!memory || driver == nullptr) throw Error("GDAL cannot make PNG pictures: its PNG driver is missing");
  std::vector<std::uint8_t> copy = pixels;
  const bool filled = memory->RasterIO(GF_Write, 0, 0, width, height, copy.data(), width, height, GDT_Byte, bands,
                                       nullptr, bands, GSpacing{bands} * width, 1, nullptr) == CE_None;
  Dataset png(filled ? driver->CreateCopy(path.c_str(), memory.get(), FALSE, nullptr, GDALDummyProgress, nullptr)
                     : nullptr);
  if (!png) throw Error("cannot make a picture: " + scope.reason());
  png.reset();
  vsi_l_offset length = 0;
  GByte* const bytes = VSIGetMemFileBuffer(path.c_str(), &length, TRUE);
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
  CPLFree(bytes);
  return out;
}

}  // namespace sarinr::geo
