#pragma once

#include <memory>
#include <string>

#include "sarinr/container/file.h"
#include "sarinr/render/renderer.h"

namespace sarinr {

/// A .sinr opened for evaluation: its header, and a renderer whose tiles are decoded when they are first needed and
/// kept in a bounded cache. Thread-safe.
class FieldFile {
 public:
  /// Throws an Error that begins with `name` where the source is no sound .sinr. `cached_tiles` bounds the cache.
  static std::shared_ptr<FieldFile> open(std::unique_ptr<ByteSource> source, const std::string& name,
                                         std::size_t cached_tiles = 512);

  const FileHeader& header() const { return reader_->header(); }
  const FileReader& reader() const { return *reader_; }
  const Renderer& renderer() const { return *renderer_; }

 private:
  FieldFile() = default;
  std::shared_ptr<const FileReader> reader_;
  std::unique_ptr<Renderer> renderer_;
};

}  // namespace sarinr
