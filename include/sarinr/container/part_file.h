#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/result.h"

namespace sarinr {

/// Unfinished work in the local file system: a description of the job and entries that are only ever appended, each
/// with a checksum, so that whatever instant ended the writer, all entries but the last are whole (docs/format.md). One
/// process at a time holds a part file that it may write to. Thread-safe, but for `rename` and `remove`.
class PartFile {
 public:
  struct Entry {
    std::uint8_t kind = 0;
    std::uint64_t number = 0;
    std::uint64_t offset = 0;  ///< of the payload
    std::uint64_t size = 0;    ///< of the payload
  };

  /// A new one; what had the name is lost. Throws an Error that names the path.
  static std::unique_ptr<PartFile> create(const std::string& path, const std::string& description);
  /// One without a name, which vanishes with its owner.
  static std::unique_ptr<PartFile> temporary(const std::string& description);
  /// One to go on with: cut behind its last whole entry. Nothing (nullptr) where there is no file, or none with a whole
  /// description: then no work was done.
  static Result<std::unique_ptr<PartFile>> resume(const std::string& path);
  /// One to read from, left as it is.
  static Result<std::unique_ptr<PartFile>> open(const std::string& path);

  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& description() const { return description_; }
  /// What messages call it.
  std::string name() const;
  /// Throws an Error where it cannot be written; what was appended before stays.
  void append(std::uint8_t kind, std::uint64_t number, ByteView payload);
  /// Those there are now, in the order of writing.
  std::vector<Entry> entries() const;
  Result<Bytes> read(const Entry& entry) const;

  /// Makes the work last through a power failure and gives it its final name.
  void rename(const std::string& path);
  void remove();

 private:
  struct State;
  explicit PartFile(std::unique_ptr<State> state);
  static Result<std::unique_ptr<PartFile>> examine(std::unique_ptr<State> state, bool cut);
  static std::unique_ptr<PartFile> begin(std::unique_ptr<State> state, const std::string& description);
  std::unique_ptr<State> state_;
  std::string description_;
};

/// Whether a file at the path begins as part files do.
bool is_part_file(const std::string& path);

}  // namespace sarinr
