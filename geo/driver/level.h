#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "sarinr/render/target.h"
#include "sarinr/scene/field_file.h"

namespace sarinr::geo::driver {

/// The scene's fields at native size, or those of one of its stored overviews, which are opened when they are needed.
struct LevelFields {
  std::shared_ptr<const FieldFile> file;
  int overview = -1;  ///< number of the overview; -1: the file itself
  std::shared_ptr<const FieldFile> open() const { return overview < 0 ? file : file->overview(overview); }
};

/// One grid on which the scene is offered: its own, or an overview that spans the scene with fewer pixels. Thread-safe.
class Level {
 public:
  /// The scene's extent in `width` x `height` pixels: the fields' own where that is their grid, else power-correct
  /// averages (sarinr/render/target.h) of theirs.
  Level(LevelFields fields, int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  /// All bands over a window, in the source type; `mask` is 0 where the raster's own mask says invalid.
  TargetWindow read(const Extent& window) const;

 private:
  void open() const;

  LevelFields fields_;
  int width_;
  int height_;
  mutable std::once_flag opened_;
  mutable std::shared_ptr<const FieldFile> file_;
  mutable std::unique_ptr<const TargetRenderer> averages_;  ///< nullptr: the fields' own pixels
};

/// A renderer and the fields that it evaluates.
struct PartRenderer {
  std::shared_ptr<const FieldFile> fields;
  std::unique_ptr<const TargetRenderer> renderer;
};

/// The scene at its native size and, halved again and again, down to 256 pixels; and the fields to evaluate for any
/// other grid.
class Pyramid {
 public:
  /// `reduced`: whether levels below the native one may be offered at all.
  Pyramid(std::shared_ptr<const FieldFile> file, bool reduced);

  int count() const { return static_cast<int>(levels_.size()); }
  /// Level 0 is the native one.
  const Level& level(int index) const { return *levels_[static_cast<std::size_t>(index)]; }

  /// A part of the scene, in native pixels, on a grid of its own.
  struct Part {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    int columns = 0;
    int rows = 0;
  };
  /// Evaluates `bands` (from 0) at the part's pixels: the field at a pixel's centre where it is no larger than a native
  /// one, else the power-correct average under it. Stored overview fields answer where they are fine enough.
  PartRenderer renderer(const Part& part, const std::vector<int>& bands) const;

 private:
  /// The coarsest fields whose pixels are no larger than so many native ones.
  LevelFields fields_for(double coarseness) const;

  std::shared_ptr<const FieldFile> file_;
  std::vector<std::unique_ptr<const Level>> levels_;
};

}  // namespace sarinr::geo::driver
