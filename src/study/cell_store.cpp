#include "study/cell_store.h"

#include <filesystem>

#include "sarinr/base/error.h"
#include "sarinr/base/storage.h"

namespace sarinr::study {

namespace {

std::string line_of(const Cell& cell) { return Json{{"cell", cell.settings}, {"result", cell.result}}.dump() + "\n"; }

/// The first member in which two origins differ.
std::string difference(const Json& a, const Json& b) {
  for (const auto& [name, value] : b.items()) {
    if (!a.contains(name) || a.at(name) != value) return name;
  }
  return "";
}

}  // namespace

CellStore::CellStore(const std::string& folder, const Json& origin, bool overwrite) : path_(folder + "/cells.jsonl") {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw Error("the folder " + folder + " cannot be made: " + failure.message());
  if (!overwrite) read(origin);
  begin(origin);
}

void CellStore::read(const Json& origin) {
  std::ifstream file(path_);
  std::string line;
  if (!file || !std::getline(file, line)) return;
  const Json found = Json::parse(line, nullptr, false);
  const std::string other = found.is_object() ? difference(found, origin) : "study";
  if (!other.empty()) {
    throw Error(path_ + " holds cells of another " + other +
                ": give another folder with -o, or --overwrite to begin anew");
  }
  while (std::getline(file, line)) {
    Json cell = Json::parse(line, nullptr, false);
    if (!cell.is_object() || !cell.contains("cell") || !cell.contains("result")) continue;
    results_.add({std::move(cell["cell"]), std::move(cell["result"])});
  }
}

void CellStore::begin(const Json& origin) {
  std::string text = origin.dump() + "\n";
  for (const Cell& cell : results_.cells()) text += line_of(cell);
  const std::unique_ptr<ByteSink> sink = create_local_sink(path_, true, ".new");
  sink->write(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  sink->commit();
  file_.open(path_, std::ios::app);
}

void CellStore::add(const Cell& cell) {
  file_ << line_of(cell) << std::flush;
  if (!file_) throw Error(path_ + " cannot be written: is the disk full?");
  results_.add(cell);
}

}  // namespace sarinr::study
