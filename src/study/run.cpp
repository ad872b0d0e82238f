#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "sarinr/base/bytes.h"
#include "sarinr/base/error.h"
#include "sarinr/base/storage.h"
#include "study/cell_store.h"
#include "study/workbench.h"

namespace sarinr::study {

namespace {

/// The number after the slash grows when a name changes its meaning or goes.
constexpr const char* schema = "sarinr-study/1";

const Study& study_named(const std::string& name) {
  std::string names;
  for (const auto& study : registered()) {
    if (study->name() == name) return *study;
    names += (names.empty() ? "" : ", ") + study->name();
  }
  throw Error("unknown study '" + name + "': the studies are " + names);
}

Setting setting_of(const Study& study, const Request& request) {
  Setting setting{request.size, request.seeds > 0 ? request.seeds : study.seeds(request.size), request.images,
                  request.upsample};
  const int wanted = study.image_count(request.size);
  if (wanted == 0 && !setting.images.empty()) {
    throw Error("the study " + study.name() + " takes no images: leave them out");
  }
  if (wanted > 0 && setting.images.empty()) {
    setting.images = simulated_images(wanted, study.image_side(request.size));
  }
  std::set<std::string> names;
  for (const Image& image : setting.images) {
    if (!names.insert(image.name).second) throw Error("two images are named " + image.name + ": rename one");
  }
  return setting;
}

/// What cells of one file have in common: those of another study, version, engine or image would be taken for them.
Json origin_of(const Study& study, const Request& request, const Setting& setting) {
  Json images = Json::object();
  for (const Image& image : setting.images) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(image.values.data());
    images[image.name] = {{"width", image.width},
                          {"height", image.height},
                          {"checksum", crc32c(ByteView(first, image.values.size() * sizeof(double)))}};
  }
  return {{"schema", schema},
          {"study", study.name()},
          {"version", SARINR_VERSION},
          {"engine", make_engine(request.engine, FieldSpec().architecture)->description()},
          {"images", std::move(images)}};
}

/// Computes cells side by side and keeps each when it is done.
class Run {
 public:
  Run(const Study& study, const Request& request, const Setting& setting, CellStore& store, JobListener& listener)
      : study_(study), request_(request), setting_(setting), store_(store), listener_(listener) {}

  void all() {
    for (;;) {
      std::vector<Json> missing;
      std::set<std::string> listed;
      const std::vector<Json> wanted = study_.cells(setting_, store_.results());
      for (const Json& cell : wanted) {
        if (!store_.results().has(cell) && listed.insert(cell.dump()).second) missing.push_back(cell);
      }
      total_ = wanted.size();
      done_ = total_ - missing.size();
      if (missing.empty()) return;
      compute(missing);
    }
  }

 private:
  void compute(const std::vector<Json>& cells) {
    const bool side_by_side = request_.engine.engine == "cpu";
    const int threads =
        request_.engine.threads > 0 ? request_.engine.threads : static_cast<int>(std::thread::hardware_concurrency());
    EngineOptions engine = request_.engine;
    if (side_by_side) engine.threads = 1;
    oneapi::tbb::task_arena arena(side_by_side ? std::max(1, threads) : 1);
    arena.execute([&] {
      oneapi::tbb::parallel_for(
          oneapi::tbb::blocked_range<std::size_t>(0, cells.size(), 1),
          [&](const oneapi::tbb::blocked_range<std::size_t>& range) {
            for (std::size_t i = range.begin(); i < range.end(); ++i) compute(cells[i], engine);
          },
          oneapi::tbb::simple_partitioner());
    });
  }

  void compute(const Json& cell, const EngineOptions& engine) {
    if (!go_on()) throw Error("interrupted", ErrorKind::interrupted);
    Workbench bench(engine, starts_, [this](std::size_t) { return go_on(); });
    Json result;
    try {
      result = study_.compute(cell, setting_, bench);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::request) throw;
      result = {{"failed", error.what()}};
    }
    const std::lock_guard lock(mutex_);
    store_.add({cell, std::move(result)});
    ++done_;
  }

  bool go_on() {
    const std::lock_guard lock(mutex_);
    stopped_ = stopped_ || !listener_.progress(static_cast<double>(done_), static_cast<double>(total_), std::nullopt);
    return !stopped_;
  }

  const Study& study_;
  const Request& request_;
  const Setting& setting_;
  CellStore& store_;
  JobListener& listener_;
  Starts starts_;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  bool stopped_ = false;
};

/// Of the finished cells those that this run wants, in its order: a folder may hold those of another size too.
Results wanted(const Study& study, const Setting& setting, const Results& all) {
  Results out;
  for (const Json& settings : study.cells(setting, all)) {
    if (const Cell* cell = all.cell(settings)) out.add(*cell);
  }
  return out;
}

void complain(const Results& results, JobListener& listener) {
  std::size_t failed = 0;
  std::string sentence;
  for (const Cell& cell : results.cells()) {
    if (!cell.result.contains("failed")) continue;
    if (failed++ == 0) sentence = cell.result.at("failed").get<std::string>();
  }
  if (failed > 0 && failed == results.cells().size()) throw Error("every cell of the study failed: " + sentence);
  if (failed > 0) listener.warning(std::to_string(failed) + " cells failed, the first: " + sentence);
}

std::string json_of(const Json& origin, const Setting& setting, const Results& results) {
  Json out = origin;
  out["size"] = by_size<std::string>(setting.size, "smoke", "quick", "full");
  out["seeds"] = setting.seeds;
  out["cells"] = Json::array();
  for (const Cell& cell : results.cells()) out["cells"].push_back({{"cell", cell.settings}, {"result", cell.result}});
  return out.dump(1) + "\n";
}

std::string quoted(const Json& value) {
  if (!value.is_string()) return value.dump();
  std::string out = "\"";
  for (const char c : value.get<std::string>()) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// A row a cell: its settings, then all that is no list.
std::string csv_of(const Results& results) {
  std::vector<std::string> columns;
  const auto scan = [&](const Json& object, const auto& action) {
    for (const auto& [name, value] : object.items()) {
      if (!value.is_structured()) action(name, value);
    }
  };
  for (const Cell& cell : results.cells()) {
    for (const Json* part : {&cell.settings, &cell.result}) {
      scan(*part, [&](const std::string& name, const Json&) {
        if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
      });
    }
  }
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "" : ",") + column;
  out += "\n";
  for (const Cell& cell : results.cells()) {
    std::vector<std::string> row(columns.size());
    for (const Json* part : {&cell.settings, &cell.result}) {
      scan(*part, [&](const std::string& name, const Json& value) {
        row[static_cast<std::size_t>(std::find(columns.begin(), columns.end(), name) - columns.begin())] =
            quoted(value);
      });
    }
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + row[i];
    out += "\n";
  }
  return out;
}

void write(const std::string& path, const std::string& text) {
  const std::unique_ptr<ByteSink> sink = create_local_sink(path, true);
  sink->write(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  sink->commit();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> studies() {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& study : registered()) out.emplace_back(study->name(), study->summary());
  return out;
}

Outcome run(const Request& request, JobListener& listener) {
  const Study& study = study_named(request.name);
  const Setting setting = setting_of(study, request);
  const Json origin = origin_of(study, request, setting);
  CellStore store(request.folder, origin, request.overwrite);
  Run(study, request, setting, store, listener).all();
  const Results results = wanted(study, setting, store.results());
  complain(results, listener);
  Page page(request.encode);
  study.present(setting, results, page);
  const Outcome outcome{page.text(), json_of(origin, setting, results)};
  write(request.folder + "/study.json", outcome.json);
  write(request.folder + "/study.csv", csv_of(results));
  write(request.folder + "/index.html", page.html("Study: " + study.name()));
  return outcome;
}

}  // namespace sarinr::study
