#include "level.h"

#include <algorithm>

namespace sarinr::geo::driver {

namespace {

constexpr int smallest_level = 256;
/// Native pixels that an average keeps for its neighbours.
constexpr std::size_t average_memory = std::size_t{64} << 20;

TargetOptions average_options(const std::vector<int>& bands) {
  TargetOptions options;
  options.bands = bands;
  options.memory = average_memory;
  return options;
}

int reduced(int length, int factor) { return (length + factor - 1) / factor; }

}  // namespace

Level::Level(std::shared_ptr<const FieldFile> file)
    : file_(std::move(file)), width_(file_->header().width), height_(file_->header().height) {}

Level::Level(std::shared_ptr<const FieldFile> file, int width, int height)
    : file_(std::move(file)), width_(width), height_(height) {
  const double column = static_cast<double>(file_->header().width) / width;
  const double row = static_cast<double>(file_->header().height) / height;
  averages_ = std::make_unique<TargetRenderer>(
      file_->renderer(), std::make_shared<AffineMap>(0, column, 0, 0, 0, row), average_options({}));
}

TargetWindow Level::read(const Extent& window) const {
  if (averages_) return averages_->render(window);
  TargetWindow out;
  out.samples = file_->renderer().native(window, &out.mask);
  return out;
}

Pyramid::Pyramid(std::shared_ptr<const FieldFile> file, bool reduced_too) : files_{std::move(file)} {
  const int width = files_[0]->header().width;
  const int height = files_[0]->header().height;
  levels_.push_back(std::make_unique<Level>(files_[0]));
  if (!reduced_too) return;
  int factor = 1;
  while (std::max(reduced(width, factor), reduced(height, factor)) > smallest_level) {
    factor *= 2;
    levels_.push_back(std::make_unique<Level>(files_.back(), reduced(width, factor), reduced(height, factor)));
  }
}

std::unique_ptr<const TargetRenderer> Pyramid::renderer(const Part& part, const std::vector<int>& bands) const {
  const FileHeader& native = files_[0]->header();
  const double coarseness = std::min(part.width / part.columns, part.height / part.rows);
  const FieldFile* source = files_[0].get();
  for (const auto& file : files_) {
    const double step = static_cast<double>(native.width) / file->header().width;
    // The tolerance keeps a level whose size was rounded up from losing to the one above.
    if (step <= coarseness * 1.01) source = file.get();
  }
  const double column = static_cast<double>(source->header().width) / native.width;
  const double row = static_cast<double>(source->header().height) / native.height;
  const auto map = std::make_shared<AffineMap>(part.x * column, part.width / part.columns * column, 0, part.y * row, 0,
                                               part.height / part.rows * row);
  return std::make_unique<TargetRenderer>(source->renderer(), map, average_options(bands));
}

}  // namespace sarinr::geo::driver
