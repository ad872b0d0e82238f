#pragma once

#include <memory>
#include <string>

#include "sarinr/geo/storage.h"

namespace sarinr::cli {

/// Files that are written at the end, claimed at the start so that a long job does not fail on a name.
class TextOutput {
 public:
  TextOutput(const std::string& path, bool overwrite) {
    if (!path.empty() && path != "-") sink_ = geo::create_sink(path, overwrite);
  }
  explicit operator bool() const { return sink_ != nullptr; }
  void finish(const std::string& text) {
    sink_->write(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    sink_->commit();
  }

 private:
  std::unique_ptr<ByteSink> sink_;
};

}  // namespace sarinr::cli
