#include <algorithm>
#include <cmath>

#include "sarinr/base/error.h"
#include "study/study.h"

namespace sarinr::study {

namespace {

bool agrees(const Json& settings, const Json& like) {
  for (const auto& [name, value] : like.items()) {
    const auto found = settings.find(name);
    if (found == settings.end() || *found != value) return false;
  }
  return true;
}

}  // namespace

const Image& Setting::image(const std::string& name) const {
  const auto found = std::find_if(images.begin(), images.end(), [&](const Image& i) { return i.name == name; });
  if (found == images.end()) throw Error("a study asks for the image " + name, ErrorKind::internal);
  return *found;
}

void Results::add(Cell cell) {
  if (!places_.emplace(cell.settings.dump(), cells_.size()).second) return;
  cells_.push_back(std::move(cell));
}

bool Results::has(const Json& settings) const { return places_.contains(settings.dump()); }

const Cell* Results::cell(const Json& settings) const {
  const auto found = places_.find(settings.dump());
  return found == places_.end() ? nullptr : &cells_[found->second];
}

const Json* Results::find(const Json& settings) const {
  const Cell* found = cell(settings);
  return found == nullptr || found->result.contains("failed") ? nullptr : &found->result;
}

std::vector<const Cell*> Results::matching(const Json& like) const {
  std::vector<const Cell*> found;
  for (const Cell& cell : cells_) {
    if (!cell.result.contains("failed") && agrees(cell.settings, like)) found.push_back(&cell);
  }
  return found;
}

std::vector<double> Results::values(const Json& like, const std::string& figure) const {
  std::vector<double> out;
  for (const Cell* cell : matching(like)) {
    const auto found = cell->result.find(figure);
    if (found != cell->result.end() && found->is_number()) out.push_back(found->get<double>());
  }
  return out;
}

std::optional<double> mean(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> deviation(const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  const double centre = *mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

}  // namespace sarinr::study
