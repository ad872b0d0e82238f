#include "sarinr/geo/storage.h"

#include <mutex>
#include <utility>

#include "gdal_support.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

namespace {

/// Owns an open VSIL file.
class File {
 public:
  File(const std::string& path, const char* mode) : handle_(VSIFOpenExL(path.c_str(), mode, TRUE)) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  VSILFILE* handle() const { return handle_; }
  /// False where a write that was put off fails.
  bool close() {
    VSILFILE* const handle = std::exchange(handle_, nullptr);
    return handle == nullptr || VSIFCloseL(handle) == 0;
  }

 private:
  VSILFILE* handle_;
};

class VsiSource final : public ByteSource {
 public:
  explicit VsiSource(const std::string& path) {
    const MessageScope scope;
    VSIStatBufL status;
    if (VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) == 0 &&
        VSI_ISDIR(status.st_mode)) {
      throw Error(path + " is a folder: name a file in it");
    }
    file_ = std::make_unique<File>(path, "rb");
    if (file_->handle() == nullptr) {
      throw Error("cannot open " + path + ": " + scope.reason(path));
    }
    if (VSIFSeekL(file_->handle(), 0, SEEK_END) != 0) throw Error("cannot find the end of " + path);
    size_ = VSIFTellL(file_->handle());
  }

  std::uint64_t size() const override { return size_; }

  bool read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset > size_ || out.size() > size_ - offset) return false;
    if (out.empty()) return true;
    const std::lock_guard lock(mutex_);
    return VSIFSeekL(file_->handle(), offset, SEEK_SET) == 0 &&
           VSIFReadL(out.data(), 1, out.size(), file_->handle()) == out.size();
  }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  mutable std::mutex mutex_;  // a VSIL handle has one position
};

class VsiSink final : public ByteSink {
 public:
  explicit VsiSink(std::string path)
      : path_(std::move(path)),
        remote_(is_remote(path_)),
        part_(remote_ ? temporary_path() : path_ + ".part"),
        file_(part_, "wb") {
    if (file_.handle() == nullptr)
      throw Error(path_ + " cannot be created: does its folder exist and may you write there?");
  }

  ~VsiSink() override {
    if (committed_) return;
    file_.close();
    VSIUnlink(part_.c_str());
  }

  void write(ByteView bytes) override {
    if (VSIFWriteL(bytes.data(), 1, bytes.size(), file_.handle()) != bytes.size()) {
      throw Error(path_ + " cannot be written: is the disk full?");
    }
  }

  void commit() override {
    if (!file_.close()) throw Error(path_ + " cannot be written: is the disk full?");
    if (remote_) {
      copy_file(part_, path_);
      VSIUnlink(part_.c_str());
    } else {
      rename_file(part_, path_);
    }
    committed_ = true;
  }

 private:
  std::string path_;
  bool remote_;
  std::string part_;
  File file_;
  bool committed_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_source(const std::string& path) { return std::make_unique<VsiSource>(path); }

std::unique_ptr<ByteSink> create_sink(const std::string& path, bool overwrite) {
  check_output_path(path, overwrite);
  return std::make_unique<VsiSink>(path);
}

bool is_local(const std::string& path) { return !path.starts_with("/vsi"); }

}  // namespace sarinr::geo
