#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sarinr/container/file.h"
#include "sarinr/render/renderer.h"

namespace sarinr {

class LeftOutTiles;

/// A .sinr opened for evaluation: its header, and a renderer whose tiles are decoded when they are first needed and
/// kept in a bounded cache. Thread-safe.
class FieldFile {
 public:
  /// Throws an Error that begins with `name` where the source is no sound .sinr. `cached_tiles` bounds the cache. Where
  /// damage is accepted, the pixels of tiles that cannot be read are masked, as if by the raster's own mask; overviews
  /// are not offered.
  static std::shared_ptr<FieldFile> open(std::unique_ptr<ByteSource> source, const std::string& name,
                                         std::size_t cached_tiles = 512, OnDamage on_damage = OnDamage::refuse);

  const FileHeader& header() const { return reader_->header(); }
  const FileReader& reader() const { return *reader_; }
  const Renderer& renderer() const { return *renderer_; }
  /// Renderer::evaluate_by.
  void evaluate_by(std::shared_ptr<const FieldEvaluator> evaluator) { renderer_->evaluate_by(std::move(evaluator)); }

  /// From now on the renderer adds speckle made anew, of that seed, from what the file keeps of it. Call before the
  /// file is shared. Throws an Error where the file keeps none. Overviews, which have no speckle, are
  /// not offered then.
  void add_speckle(std::uint64_t seed);

  /// Reduced scenes of FitJob::overviews, finest first; opened when first asked for. Throws an Error where one is
  /// damaged or is none of this scene's.
  int overview_count() const { return static_cast<int>(overviews_.size()); }
  int overview_factor(int index) const { return reader_->overview_factor(index); }
  std::shared_ptr<const FieldFile> overview(int index) const;

  /// Whether tiles that cannot be read are left out.
  bool accepts_damage() const { return on_damage_ == OnDamage::accept; }
  /// The tiles that were asked for and left out so far, and why.
  std::map<int, std::string> left_out() const;

 private:
  FieldFile() = default;
  std::shared_ptr<const FileReader> reader_;
  std::unique_ptr<Renderer> renderer_;
  std::shared_ptr<const FieldSource> fields_;
  std::shared_ptr<LeftOutTiles> left_out_;
  OnDamage on_damage_ = OnDamage::refuse;
  std::string name_;
  std::size_t cached_tiles_ = 0;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<const FieldFile>> overviews_;  ///< nullptr until asked for
};

/// Pixels of an axis reduced by a factor: the last may be narrower.
inline int reduced_length(int length, int factor) { return length / factor + (length % factor != 0 ? 1 : 0); }

}  // namespace sarinr
