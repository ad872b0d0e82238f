#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sarinr/base/bytes.h"

namespace sarinr {

/// Bytes that can be read at any offset by several threads at once: a file, a /vsi path, memory.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Fills all of `out` from `offset`; false where the source ends before or cannot be read.
  [[nodiscard]] virtual bool read(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
};

/// Bytes written in order to something that exists whole or not at all: the data go to NAME.part, which
/// `commit` gives its name. Destroyed without commit, the unfinished file is removed. Failures throw Error.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(ByteView bytes) = 0;
  virtual void commit() = 0;
};

/// Files of the local file system; geo/storage.h has the same over GDAL's VSI*L for every path GDAL knows.
std::unique_ptr<ByteSource> open_local_source(const std::string& path);
/// `unfinished` is what an unfinished output has behind its name.
std::unique_ptr<ByteSink> create_local_sink(const std::string& path, bool overwrite,
                                            const std::string& unfinished = ".part");

/// A source over bytes in memory, which it keeps.
std::unique_ptr<ByteSource> memory_source(Bytes bytes);

}  // namespace sarinr
