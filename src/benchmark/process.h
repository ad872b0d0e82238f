#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sarinr::benchmark {

/// What a program took.
struct ProcessUse {
  double seconds = 0;        ///< of the wall clock
  std::uint64_t memory = 0;  ///< most bytes resident, as /proc told it while it ran; 0 where it ended before
};

/// The program's path by PATH; empty where it is not installed.
std::string find_program(const std::string& name);

/// Runs a program, its output going to the file `log`. Throws an Error with the last line it wrote where it fails.
ProcessUse run_program(const std::vector<std::string>& command, const std::string& log);

/// A folder of its own for the files of one coding; goes with all that is in it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace sarinr::benchmark
