// Preloaded into a program, makes its reads or writes of one file fail from some call on, as a broken disk or a full
// one does:
//   FAIL_FILE   end of the file's path
//   FAIL_CALL   read or write
//   FAIL_AFTER  calls that still work
//   FAIL_ERRNO  the error: 5 is EIO, 28 ENOSPC
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Whether this call fails; errno is set then.
bool fails(int file, std::string_view call) {
  static std::atomic<long> left{std::atol(setting("FAIL_AFTER").c_str())};
  const std::string wanted = setting("FAIL_FILE");
  char path[4096];
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
  if (wanted.empty() || length < 0 || setting("FAIL_CALL") != call) return false;
  if (!std::string_view(path, static_cast<std::size_t>(length)).ends_with(wanted) || left-- > 0) return false;
  errno = std::atoi(setting("FAIL_ERRNO").c_str());
  return true;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pread(int file, void* buffer, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, off_t)>("pread");
  return fails(file, "read") ? -1 : real(file, buffer, size, offset);
}

ssize_t pread64(int file, void* buffer, size_t size, off64_t offset) { return pread(file, buffer, size, offset); }

ssize_t read(int file, void* buffer, size_t size) {
  static const auto real = next<ssize_t (*)(int, void*, size_t)>("read");
  return fails(file, "read") ? -1 : real(file, buffer, size);
}

size_t fread(void* buffer, size_t size, size_t count, FILE* stream) {
  static const auto real = next<size_t (*)(void*, size_t, size_t, FILE*)>("fread");
  return fails(fileno(stream), "read") ? 0 : real(buffer, size, count, stream);
}

ssize_t pwrite(int file, const void* buffer, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return fails(file, "write") ? -1 : real(file, buffer, size, offset);
}

ssize_t pwrite64(int file, const void* buffer, size_t size, off64_t offset) {
  return pwrite(file, buffer, size, offset);
}

ssize_t write(int file, const void* buffer, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  return fails(file, "write") ? -1 : real(file, buffer, size);
}
}
