#pragma once

#include <gdal_priv.h>

#include <memory>
#include <string>
#include <vector>

#include "sarinr/radiometry/pixel_type.h"
#include "sarinr/tiling/grid.h"

namespace sarinr::geo {

/// A dataset that is closed with its owner.
using Dataset = GDALDatasetUniquePtr;

/// While it lives, GDAL's failures of this thread are kept here, to become part of an Error; warnings go to the log
/// (without a receiver: to GDAL again, at the end).
class MessageScope {
 public:
  MessageScope();
  ~MessageScope();
  MessageScope(const MessageScope&) = delete;
  MessageScope& operator=(const MessageScope&) = delete;
  bool failed() const { return !failure_.empty(); }
  /// GDAL's first failure, which names the cause where later ones name consequences; "no reason given" where it said
  /// nothing. A leading `path` is left out, for messages that name it already.
  std::string reason(const std::string& path = "") const;

 private:
  static void CPL_STDCALL receive(CPLErr severity, CPLErrorNum number, const char* message);
  std::string failure_;
  std::vector<std::string> warnings_;  ///< kept where nobody takes logs: a handler must not report itself
};

/// Sends a message of GDAL to the log at the level that fits its severity.
void log_message(CPLErr severity, const char* message);

GDALDataType gdal_type(PixelType type);
/// Throws an Error where GDAL's type is one that sarinr does not know.
PixelType pixel_type(GDALDataType type);

/// "window 256x128 at (512, 0)", for messages.
std::string describe(const Extent& window);

/// True for networks and archives, which can neither rename nor be written to at any offset.
bool is_remote(const std::string& path);
bool path_exists(const std::string& path);
/// Throws the Error that asks for --overwrite where `path` exists, and another where it is a folder.
void check_output_path(const std::string& path, bool overwrite);
/// Copies a file between any two file systems that GDAL knows; throws an Error naming `to`.
void copy_file(const std::string& from, const std::string& to);
/// Gives a file its final name, replacing one that has it; throws an Error naming `to`.
void rename_file(const std::string& from, const std::string& to);
/// A name in the folder for temporary files, different at every call.
std::string temporary_path();

}  // namespace sarinr::geo
