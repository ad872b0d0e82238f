#include "sarinr/base/storage.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/descriptor.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(path + " " + what + ": " + std::strerror(errno));
}

class LocalSource final : public ByteSource {
 public:
  explicit LocalSource(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!file_.valid()) fail(path, "cannot be opened");
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0) fail(path, "cannot be examined");
    if (S_ISDIR(status.st_mode)) throw Error(path + " is a folder: name a file in it");
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  std::uint64_t size() const override { return size_; }

  bool read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset > size_ || out.size() > size_ - offset) return false;
    while (!out.empty()) {
      const ssize_t count = ::pread(file_.number(), out.data(), out.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      out = out.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
    return true;
  }

 private:
  Descriptor file_;
  std::uint64_t size_ = 0;
};

class LocalSink final : public ByteSink {
 public:
  LocalSink(std::string path, const std::string& unfinished)
      : path_(std::move(path)),
        part_(path_ + unfinished),
        file_(::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (!file_.valid()) fail(path_, "cannot be created");
  }

  ~LocalSink() override {
    if (!committed_) ::unlink(part_.c_str());
  }

  void write(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_.number(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail(part_, "cannot be written");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

  void commit() override {
    if (::fsync(file_.number()) != 0 || !file_.close()) fail(part_, "cannot be written");
    if (std::rename(part_.c_str(), path_.c_str()) != 0) fail(path_, "cannot be given its name");
    committed_ = true;
    sync_folder();
  }

 private:
  // Makes the new name last through a power failure. A file system that cannot do it has still renamed.
  void sync_folder() const {
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, std::max<std::size_t>(slash, 1));
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.valid()) static_cast<void>(::fsync(descriptor.number()));
  }

  std::string path_;
  std::string part_;
  Descriptor file_;
  bool committed_ = false;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(Bytes bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset) return false;
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return true;
  }

 private:
  Bytes bytes_;
};

}  // namespace

std::unique_ptr<ByteSource> open_local_source(const std::string& path) { return std::make_unique<LocalSource>(path); }

std::unique_ptr<ByteSink> create_local_sink(const std::string& path, bool overwrite, const std::string& unfinished) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) throw Error(path + " is a folder: name a file in it");
    if (!overwrite) throw Error(path + " exists: give --overwrite to replace it");
  }
  return std::make_unique<LocalSink>(path, unfinished);
}

std::unique_ptr<ByteSource> memory_source(Bytes bytes) { return std::make_unique<MemorySource>(std::move(bytes)); }

}  // namespace sarinr
