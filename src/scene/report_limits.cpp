#include <charconv>

#include "sarinr/base/error.h"
#include "scene/report_format.h"

namespace sarinr {

namespace {

std::string all_figures() {
  std::string names;
  for (const FigureInfo& info : figure_table()) names += (names.empty() ? "" : ", ") + std::string(info.name);
  return names;
}

std::string without_spaces(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ') out += c;
  }
  return out;
}

}  // namespace

Limit::Limit(const std::string& expression) : expression_(without_spaces(expression)) {
  const std::size_t begin = expression_.find_first_of("<>");
  if (begin == std::string::npos || begin == 0) {
    throw Error("the limit '" + expression + "' is not understood: write it as enl_ratio<0.95, with <, <=, > or >=");
  }
  const std::size_t end = begin + (expression_.substr(begin + 1, 1) == "=" ? 2 : 1);
  comparison_ = expression_.substr(begin, end - begin);
  const char* last = expression_.data() + expression_.size();
  const auto [stopped, failure] = std::from_chars(expression_.data() + end, last, value_);
  if (failure != std::errc() || stopped != last) {
    throw Error("the limit '" + expression + "' has no number after " + comparison_);
  }
  const std::string figure = expression_.substr(0, begin);
  figure_ = find_figure(figure);
  if (figure_ == nullptr) throw Error("there is no figure '" + figure + "': the figures are " + all_figures());
}

bool Limit::holds(double value) const {
  if (comparison_ == "<") return value < value_;
  if (comparison_ == "<=") return value <= value_;
  if (comparison_ == ">") return value > value_;
  return value >= value_;
}

std::string Limit::violation(const Report& report) const {
  const auto sentence = [&](const std::string& where, double value) {
    return std::string(figure_->name) + " of " + where + " is " + readable(value) + ", and the limit is " + expression_;
  };
  bool measured = false;
  if (const auto value = report.file.get(figure_->name)) {
    measured = true;
    if (holds(*value)) return sentence(report.test.path, *value);
  }
  for (const BandReport& band : report.bands) {
    const auto value = band.figures.get(figure_->name);
    if (!value) continue;
    measured = true;
    if (holds(*value)) return sentence(report.test.path + ", " + band.name + ",", *value);
  }
  if (!measured) {
    throw Error("the limit " + expression_ + " cannot be checked: " + report.test.path + " has no value of " +
                figure_->name + " against " + report.reference.path);
  }
  return {};
}

}  // namespace sarinr
