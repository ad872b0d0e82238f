#pragma once

#include <string>

namespace sarinr::geo {

/// A place where a driver can make a file and its side files under their final names, which `commit` moves to where
/// they belong. Without commit all of it is removed. The place is the folder PATH.part beside the output, so that
/// moving is renaming; a temporary local folder where the output is remote.
class OutputFile {
 public:
  /// Errors: the output exists and may not be replaced, is a folder, or its folder cannot be written to.
  OutputFile(std::string path, bool overwrite);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  const std::string& path() const { return path_; }
  /// Where to make the output.
  std::string staged() const;
  /// A file in a place of its own that `commit` does not move.
  std::string scratch() const;
  /// Moves side files first: the output's name appears last. Side files of an older output of that name are removed,
  /// for GDAL would read them as the new output's.
  void commit();

 private:
  void move(const std::string& name) const;
  std::string path_;
  std::string name_;
  std::string folder_;
};

}  // namespace sarinr::geo
