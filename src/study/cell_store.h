#pragma once

#include <fstream>
#include <string>

#include "study/study.h"

namespace sarinr::study {

/// FOLDER/cells.jsonl: a line that says what the cells below are of, then a cell a line. What a killed run left of its
/// last line is dropped.
class CellStore {
 public:
  /// Takes up what is there; `origin` is that first line. Throws an Error where the file's is another, unless
  /// `overwrite` says to begin anew.
  CellStore(const std::string& folder, const Json& origin, bool overwrite);
  const Results& results() const { return results_; }
  /// Throws an Error where it cannot be written.
  void add(const Cell& cell);

 private:
  void read(const Json& origin);
  void begin(const Json& origin);
  std::string path_;
  Results results_;
  std::ofstream file_;
};

}  // namespace sarinr::study
