#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sarinr/study/study.h"
#include "study/page.h"

namespace sarinr::study {

class Workbench;

/// An object whose members keep their order: what names a cell, and what came out of it.
using Json = nlohmann::ordered_json;

/// What the grid of a study depends on.
struct Setting {
  Size size = Size::full;
  int seeds = 1;
  std::vector<Image> images;
  Upsample upsample;  ///< may be empty

  /// Throws an internal Error where there is none of that name.
  const Image& image(const std::string& name) const;
};

/// Sets what follows from the image's values: the tile, offset and scale. Throws an Error where the image has fewer
/// than 64 valid pixels or is constant.
void normalise(Image& image);

/// One of three values, by size.
template <class Value>
const Value& by_size(Size size, const Value& smoke, const Value& quick, const Value& full) {
  return size == Size::smoke ? smoke : size == Size::quick ? quick : full;
}

struct Cell {
  Json settings;  ///< an object of names, numbers and flags: all that the result depends on, images by name
  Json result;    ///< an object: numbers, which become columns of the CSV, and lists; or {"failed": sentence}
};

/// The cells that are finished.
class Results {
 public:
  /// A cell that is there already stays as it is.
  void add(Cell cell);
  bool has(const Json& settings) const;
  /// nullptr where the cell is not finished.
  const Cell* cell(const Json& settings) const;
  /// nullptr where it is not finished or has failed.
  const Json* find(const Json& settings) const;
  const std::vector<Cell>& cells() const { return cells_; }
  /// Those that agree with `like` in each of its members and have not failed.
  std::vector<const Cell*> matching(const Json& like) const;
  /// The number `figure` of all these cells that have it.
  std::vector<double> values(const Json& like, const std::string& figure) const;

 private:
  std::vector<Cell> cells_;
  std::unordered_map<std::string, std::size_t> places_;  ///< of cells, by the text of their settings
};

std::optional<double> mean(const std::vector<double>& values);
/// Divided by n - 1; empty for fewer than two.
std::optional<double> deviation(const std::vector<double>& values);

/// One study: a file in src/study that implements this and a line in src/study/registry.cpp.
class Study {
 public:
  virtual ~Study() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  ///< for `sarinr study --list`
  /// Simulated images that it takes where none are given; 0: it takes none at all.
  virtual int image_count(Size) const { return 0; }
  virtual int image_side(Size size) const { return by_size(size, 32, 128, 128); }
  virtual int seeds(Size) const { return 1; }  ///< where --seeds does not say
  /// All cells that are wanted, as far as they are known. Asked again after these are finished, until nothing is new,
  /// so that a grid can depend on what earlier cells gave (the best learning rate, say).
  virtual std::vector<Json> cells(const Setting& setting, const Results& done) const = 0;
  /// One cell. Cells of several threads are computed at once. An Error of kind request becomes the cell's result.
  virtual Json compute(const Json& cell, const Setting& setting, Workbench& bench) const = 0;
  /// What is shown of all cells; some may have failed.
  virtual void present(const Setting& setting, const Results& results, Page& page) const = 0;
};

/// All of them, in the order of the list.
const std::vector<std::unique_ptr<Study>>& registered();

}  // namespace sarinr::study
