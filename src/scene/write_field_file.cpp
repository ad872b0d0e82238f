#include <nlohmann/json.hpp>

#include "container/layout.h"
#include "sarinr/base/error.h"
#include "sarinr/scene/fit_work.h"
#include "scene/bytes_sink.h"
#include "scene/fit_header.h"
#include "scene/found_entry.h"
#include "scene/part_entries.h"

namespace sarinr {

namespace {

/// Takes an entry, which must be the same where several parts have it.
void take(FoundEntry& place, const FoundEntry& found, const std::string& what) {
  if (place.part == nullptr) {
    place = found;
  } else if (bytes_of(place) != bytes_of(found)) {
    throw Error(place.part->name + " and " + found.part->name + " disagree about " + what +
                ": they are not parts of one job, or were fitted on different engines or instruction sets");
  }
}

struct Level {
  FoundEntry header;
  FoundEntry start;
  std::vector<FoundEntry> tiles;
};

/// A header as its entry holds it.
struct LevelStart {
  int factor = 1;
  FileHeader header;
};

LevelStart read_level(const FoundEntry& found) {
  LevelEntry entry = decode_level_entry(bytes_of(found)).value_or_throw(found.part->name + " is damaged");
  const std::unique_ptr<ByteSource> source = memory_source(std::move(entry.header));
  return {entry.factor, read_header(*source).value_or_throw(found.part->name + " is damaged").header};
}

/// Where the entries of a job lie in its parts.
class PartIndex {
 public:
  explicit PartIndex(const std::vector<NamedPart>& parts) : parts_(parts) {
    for (const NamedPart& part : parts) {
      const std::string reason = difference_of_parts(parts.front().part->description(), part.part->description());
      if (!reason.empty()) {
        throw Error(parts.front().name + " and " + part.name + " are not parts of one job: " + reason);
      }
      for (const PartFile::Entry& entry : part.part->entries()) take_level(part, entry);
    }
    if (levels_.empty()) throw Error(parts.front().name + " holds no tile yet");
    std::uint64_t count = 0;
    for (Level& level : levels_) {
      const std::uint64_t tiles = static_cast<std::uint64_t>(read_level(level.header).header.grid().count());
      first_.push_back(count);
      count += tiles;
      level.tiles.resize(static_cast<std::size_t>(tiles));
    }
    first_.push_back(count);
    for (const NamedPart& part : parts) {
      for (const PartFile::Entry& entry : part.part->entries()) take_other(part, entry);
    }
  }

  const std::vector<Level>& levels() const { return levels_; }

  /// Throws an Error that names the first tiles that no part has.
  void check_complete() const {
    for (std::size_t l = 0; l < levels_.size(); ++l) {
      const std::vector<FoundEntry>& tiles = levels_[l].tiles;
      const auto missing = [](const FoundEntry& tile) { return tile.part == nullptr; };
      const auto begin = std::find_if(tiles.begin(), tiles.end(), missing);
      if (begin == tiles.end()) continue;
      const auto end = std::find_if_not(begin, tiles.end(), missing);
      const std::uint64_t first = first_[l] + static_cast<std::uint64_t>(begin - tiles.begin());
      const std::uint64_t last = first_[l] + static_cast<std::uint64_t>(end - tiles.begin()) - 1;
      throw Error("the parts do not hold tiles " + std::to_string(first) + " to " + std::to_string(last) + " of " +
                  std::to_string(first_.back()) + ": fit them with --tiles");
    }
  }

 private:
  void take_level(const NamedPart& part, const PartFile::Entry& entry) {
    if (entry.kind != entry_kind::level) return;
    if (entry.number > most_overviews) throw Error(part.name + " is damaged: it has too many levels");
    if (entry.number >= levels_.size()) levels_.resize(static_cast<std::size_t>(entry.number) + 1);
    take(levels_[static_cast<std::size_t>(entry.number)].header, {&part, entry},
         "the raster's size, bands, georeferencing or metadata");
  }

  void take_other(const NamedPart& part, const PartFile::Entry& entry) {
    if (entry.kind == entry_kind::start && entry.number < levels_.size()) {
      take(levels_[static_cast<std::size_t>(entry.number)].start, {&part, entry}, "the first weights");
    }
    if (entry.kind != entry_kind::tile || entry.number >= first_.back()) return;
    std::size_t level = 0;
    while (entry.number >= first_[level + 1]) ++level;
    take(levels_[level].tiles[static_cast<std::size_t>(entry.number - first_[level])], {&part, entry},
         "tile " + std::to_string(entry.number));
  }

  const std::vector<NamedPart>& parts_;
  std::vector<Level> levels_;
  std::vector<std::uint64_t> first_;  ///< number of each level's first tile, and of all
};

/// Everything but the index: header, shared weights, tiles; counts them in the report.
FileWriter write_level(const Level& level, ByteSink& sink, FitReport& report) {
  LevelStart begin = read_level(level.header);
  const int channels = begin.header.channels();
  report.engine = "none";
  std::optional<StartEntry> start;
  if (level.start.part != nullptr) {
    start = decode_start_entry(bytes_of(level.start), begin.header.spec)
                .value_or_throw(level.start.part->name + " is damaged");
    report.engine = start->engine;
    name_engine(begin.header, start->engine);
  }
  FileWriter writer(sink, begin.header);
  if (start && start->shared) writer.write_shared(start->weights);
  std::vector<ChannelTotals> totals(static_cast<std::size_t>(channels));
  for (const FoundEntry& found : level.tiles) {
    const TileEntry tile =
        decode_tile_entry(bytes_of(found), channels).value_or_throw(found.part->name + " is damaged");
    writer.append_tile(tile.payload);
    for (std::size_t c = 0; c < totals.size(); ++c) totals[c].add(tile.totals[c]);
    ++report.tiles;
    report.network_tiles += tile.has_network ? 1 : 0;
    report.tile_epochs += static_cast<std::size_t>(tile.epochs);
  }
  for (const ChannelTotals& channel : totals) {
    report.channels.push_back(channel.summary());
    report.valid_values += channel.count;
  }
  return writer;
}

}  // namespace

FitReport write_field_file(const std::vector<NamedPart>& parts, ByteSink& sink) {
  const PartIndex index(parts);
  index.check_complete();
  FitReport report;
  FileWriter writer = write_level(index.levels().front(), sink, report);
  for (std::size_t l = 1; l < index.levels().size(); ++l) {
    BytesSink overview;
    FitReport reduced;
    write_level(index.levels()[l], overview, reduced).finish(reduced.channels);
    writer.append_overview(read_level(index.levels()[l].header).factor, overview.bytes);
  }
  writer.finish(report.channels);
  report.sizes = writer.sizes();
  return report;
}

void warn_of(const FitReport& report, const RasterInfo& info, JobListener& listener) {
  if (!report.channels.empty() && report.valid_values == 0) {
    listener.warning("the raster has no valid pixel: nothing was fitted");
  }
  if (report.valid_values > 0 && report.network_tiles == 0) {
    listener.warning("no tile needed a network: the raster is constant, or so small that it was stored losslessly");
  }
  if (info.has_mask && report.channels.empty()) {
    listener.warning("the raster's own mask is not kept: all its bands are categorical");
  }
}

}  // namespace sarinr
