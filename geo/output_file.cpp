#include "output_file.h"

#include <cpl_string.h>

#include <utility>

#include "gdal_support.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

namespace {

constexpr const char* scratch_folder = "scratch";

void make_folder(const std::string& folder, const std::string& path) {
  if (VSIMkdir(folder.c_str(), 0755) != 0) {
    throw Error("cannot create " + path + ": its folder does not exist or may not be written to");
  }
}

}  // namespace

OutputFile::OutputFile(std::string path, bool overwrite)
    : path_(std::move(path)), name_(CPLGetFilename(path_.c_str())) {
  check_output_path(path_, overwrite);
  folder_ = is_remote(path_) ? temporary_path() : path_ + ".part";
  const MessageScope scope;
  // A run that was killed leaves its folder behind.
  VSIRmdirRecursive(folder_.c_str());
  make_folder(folder_, path_);
  make_folder(folder_ + "/" + scratch_folder, path_);
}

OutputFile::~OutputFile() {
  const MessageScope scope;
  VSIRmdirRecursive(folder_.c_str());
}

std::string OutputFile::staged() const { return folder_ + "/" + name_; }

std::string OutputFile::scratch() const { return folder_ + "/" + scratch_folder + "/copy.tif"; }

void OutputFile::move(const std::string& name) const {
  const std::string parent = path_.substr(0, path_.size() - name_.size());
  if (is_remote(path_)) {
    copy_file(folder_ + "/" + name, parent + name);
  } else {
    rename_file(folder_ + "/" + name, parent + name);
  }
}

void OutputFile::commit() {
  if (!is_remote(path_)) {
    for (const char* extension : {".aux.xml", ".msk", ".ovr", ".msk.ovr"}) {
      if (path_exists(path_ + extension)) VSIUnlink((path_ + extension).c_str());
    }
  }
  const CPLStringList names(VSIReadDir(folder_.c_str()));
  for (int i = 0; i < names.size(); ++i) {
    const std::string name = names[i];
    if (name != "." && name != ".." && name != scratch_folder && name != name_) move(name);
  }
  move(name_);
}

}  // namespace sarinr::geo
