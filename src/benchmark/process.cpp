#include "benchmark/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "sarinr/base/error.h"

namespace sarinr::benchmark {

namespace {

/// Between two looks at a program, about a hundredth of the time that it has run.
constexpr std::chrono::microseconds shortest_wait{500};
constexpr std::chrono::microseconds longest_wait{20000};

/// VmHWM of a running process, bytes; 0 where it is gone. (getrusage's maximum of a child also counts the memory of the
/// process that started it.)
std::uint64_t resident_peak(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return 1024 * std::strtoull(line.c_str() + std::strlen("VmHWM:"), nullptr, 10);
  }
  return 0;
}

std::string last_line(const std::string& path) {
  std::ifstream file(path);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(" \r\t") != std::string::npos) last = line;
  }
  return last.empty() ? "it says nothing" : last;
}

pid_t start(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t process = 0;
  const int failure = posix_spawnp(&process, command.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw Error("cannot start " + command.front() + ": " + std::strerror(failure));
  return process;
}

}  // namespace

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string candidate = folder.append("/").append(name);
    if (access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) return candidate;
  }
  return {};
}

ProcessUse run_program(const std::vector<std::string>& command, const std::string& log) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const pid_t process = start(command, log);
  ProcessUse use;
  int status = 0;
  while (waitpid(process, &status, WNOHANG) == 0) {
    use.memory = std::max(use.memory, resident_peak(process));
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
    std::this_thread::sleep_for(std::clamp(elapsed / 100, shortest_wait, longest_wait));
  }
  use.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw Error(command.front() + " failed: " + last_line(log));
  return use;
}

ScratchFolder::ScratchFolder() {
  path_ = (std::filesystem::temp_directory_path() / "sarinr-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) {
    throw Error("cannot make a folder for temporary files, " + path_ + ": " + std::strerror(errno));
  }
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sarinr::benchmark
