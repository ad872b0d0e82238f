#pragma once

#include "sarinr/base/storage.h"

namespace sarinr {

/// A file in memory.
class BytesSink final : public ByteSink {
 public:
  void write(ByteView view) override { bytes.insert(bytes.end(), view.begin(), view.end()); }
  void commit() override {}
  Bytes bytes;
};

}  // namespace sarinr
