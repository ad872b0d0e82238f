#include "gdal_support.h"

#include <cpl_vsi_error.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "log.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

MessageScope::MessageScope() {
  VSIErrorReset();
  CPLPushErrorHandlerEx(receive, this);
}

MessageScope::~MessageScope() {
  CPLPopErrorHandler();
  for (const std::string& warning : warnings_) CPLError(CE_Warning, CPLE_AppDefined, "%s", warning.c_str());
}

void CPL_STDCALL MessageScope::receive(CPLErr severity, CPLErrorNum, const char* message) {
  auto* scope = static_cast<MessageScope*>(CPLGetErrorHandlerUserData());
  if (severity < CE_Failure && has_log_receiver()) {
    log_message(severity, message);
  } else if (severity == CE_Warning) {
    scope->warnings_.emplace_back(message);
  } else if (severity >= CE_Failure && scope->failure_.empty()) {
    scope->failure_ = message;
  }
}

std::string MessageScope::reason(const std::string& path) const {
  const std::string text = failure_.empty() ? std::string(VSIGetLastErrorMsg()) : failure_;
  if (text.empty()) return "no reason given";
  return text.starts_with(path + ": ") ? text.substr(path.size() + 2) : text;
}

void log_message(CPLErr severity, const char* message) {
  log(severity >= CE_Warning ? LogLevel::warning : LogLevel::debug, std::string("GDAL: ") + message);
}

GDALDataType gdal_type(PixelType type) { return GDALGetDataTypeByName(std::string(name(type)).c_str()); }

PixelType pixel_type(GDALDataType type) {
  const char* gdal_name = GDALGetDataTypeName(type);
  const auto known = pixel_type_from_name(gdal_name == nullptr ? "" : gdal_name);
  if (!known) throw Error("pixels of type " + std::string(gdal_name == nullptr ? "?" : gdal_name) + " are not known");
  return *known;
}

std::string describe(const Extent& window) {
  return "window " + std::to_string(window.width) + "x" + std::to_string(window.height) + " at (" +
         std::to_string(window.x) + ", " + std::to_string(window.y) + ")";
}

bool is_remote(const std::string& path) { return path.starts_with("/vsi") && !path.starts_with("/vsimem/"); }

bool path_exists(const std::string& path) {
  VSIStatBufL status;
  return VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG) == 0;
}

void check_output_path(const std::string& path, bool overwrite) {
  VSIStatBufL status;
  if (VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) != 0) return;
  if (VSI_ISDIR(status.st_mode)) throw Error(path + " is a folder: name a file in it");
  if (!overwrite) throw Error(path + " exists: give --overwrite to replace it");
}

namespace {

struct FileCloser {
  void operator()(VSILFILE* file) const { VSIFCloseL(file); }
};
using File = std::unique_ptr<VSILFILE, FileCloser>;

}  // namespace

void copy_file(const std::string& from, const std::string& to) {
  const MessageScope scope;
  const File in(VSIFOpenExL(from.c_str(), "rb", TRUE));
  File out(VSIFOpenExL(to.c_str(), "wb", TRUE));
  bool good = in && out;
  std::vector<std::uint8_t> buffer(std::size_t{1} << 20);
  while (good) {
    const std::size_t count = VSIFReadL(buffer.data(), 1, buffer.size(), in.get());
    good = VSIFWriteL(buffer.data(), 1, count, out.get()) == count;
    if (count < buffer.size()) break;
  }
  // Remote files are sent when they are closed: only then is it known whether they arrived.
  if (out && VSIFCloseL(out.release()) != 0) good = false;
  if (!good) {
    VSIUnlink(to.c_str());
    throw Error("cannot write " + to + ": " + scope.reason(to));
  }
}

void rename_file(const std::string& from, const std::string& to) {
  const MessageScope scope;
  if (VSIRename(from.c_str(), to.c_str()) != 0) {
    throw Error("cannot give " + from + " its name " + to + ": " +
                (scope.failed() ? scope.reason() : std::string(std::strerror(errno))));
  }
}

std::string temporary_path() { return CPLGenerateTempFilename("sarinr"); }

}  // namespace sarinr::geo
