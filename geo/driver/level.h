#pragma once

#include <memory>
#include <vector>

#include "sarinr/render/target.h"
#include "sarinr/scene/field_file.h"

namespace sarinr::geo::driver {

/// One grid on which the scene is offered: its own, or an overview that spans the scene with fewer pixels. Thread-safe.
class Level {
 public:
  /// The file's own grid.
  explicit Level(std::shared_ptr<const FieldFile> file);
  /// The scene's extent in `width` x `height` pixels: power-correct averages (sarinr/render/target.h) of the file's.
  Level(std::shared_ptr<const FieldFile> file, int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  /// All bands over a window, in the source type; `mask` is 0 where the raster's own mask says invalid.
  TargetWindow read(const Extent& window) const;

 private:
  std::shared_ptr<const FieldFile> file_;
  int width_;
  int height_;
  std::unique_ptr<const TargetRenderer> averages_;  ///< nullptr: the file's own pixels
};

/// The scene at its native size and, halving it again and again, down to 256 pixels; and the fields to evaluate for any
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
  std::unique_ptr<const TargetRenderer> renderer(const Part& part, const std::vector<int>& bands) const;

 private:
  std::vector<std::shared_ptr<const FieldFile>> files_;  ///< native first, then ever coarser stored overviews
  std::vector<std::unique_ptr<const Level>> levels_;
};

}  // namespace sarinr::geo::driver
