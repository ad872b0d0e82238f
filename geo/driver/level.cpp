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

}  // namespace

Level::Level(LevelFields fields, int width, int height) : fields_(std::move(fields)), width_(width), height_(height) {}

void Level::open() const {
  file_ = fields_.open();
  if (file_->header().width == width_ && file_->header().height == height_) return;
  const double column = static_cast<double>(file_->header().width) / width_;
  const double row = static_cast<double>(file_->header().height) / height_;
  averages_ = std::make_unique<TargetRenderer>(file_->renderer(), std::make_shared<AffineMap>(0, column, 0, 0, 0, row),
                                               average_options({}));
}

TargetWindow Level::read(const Extent& window) const {
  std::call_once(opened_, [this] { open(); });
  if (averages_) return averages_->render(window);
  TargetWindow out;
  out.samples = file_->renderer().native(window, &out.mask);
  return out;
}

Pyramid::Pyramid(std::shared_ptr<const FieldFile> file, bool reduced) : file_(std::move(file)) {
  const int width = file_->header().width;
  const int height = file_->header().height;
  levels_.push_back(std::make_unique<Level>(LevelFields{file_}, width, height));
  int factor = 1;
  while (reduced && std::max(reduced_length(width, factor), reduced_length(height, factor)) > smallest_level) {
    factor *= 2;
    levels_.push_back(
        std::make_unique<Level>(fields_for(factor), reduced_length(width, factor), reduced_length(height, factor)));
  }
}

LevelFields Pyramid::fields_for(double coarseness) const {
  LevelFields fields{file_};
  for (int i = 0; i < file_->overview_count(); ++i) {
    if (file_->overview_factor(i) <= coarseness) fields.overview = i;
  }
  return fields;
}

PartRenderer Pyramid::renderer(const Part& part, const std::vector<int>& bands) const {
  // The tolerance keeps a level whose size was rounded up from losing to the one above.
  const double coarseness = 1.01 * std::min(part.width / part.columns, part.height / part.rows);
  PartRenderer made;
  made.fields = fields_for(coarseness).open();
  const double column = static_cast<double>(made.fields->header().width) / file_->header().width;
  const double row = static_cast<double>(made.fields->header().height) / file_->header().height;
  const auto map = std::make_shared<AffineMap>(part.x * column, part.width / part.columns * column, 0, part.y * row, 0,
                                               part.height / part.rows * row);
  made.renderer = std::make_unique<TargetRenderer>(made.fields->renderer(), map, average_options(bands));
  return made;
}

}  // namespace sarinr::geo::driver
