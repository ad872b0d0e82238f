#include <map>
#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"
#include "sarinr/scene/fit_work.h"
#include "scene/fit_header.h"
#include "scene/found_entry.h"
#include "scene/latent_overviews.h"
#include "scene/part_entries.h"

namespace sarinr {

namespace {

/// Where the entries of a job lie in its parts.
class LatentPartIndex {
 public:
  explicit LatentPartIndex(const std::vector<NamedPart>& parts) {
    for (const NamedPart& part : parts) {
      for (const PartFile::Entry& entry : part.part->entries()) {
        if (entry.kind == entry_kind::latent_start) take_start({&part, entry});
        if (entry.kind == entry_kind::tile || entry.kind == entry_kind::latent_overview) {
          found_.emplace(std::pair{entry.kind, entry.number}, FoundEntry{&part, entry});
        }
      }
    }
    if (start_.part == nullptr) throw Error(parts.front().name + " holds no networks yet");
  }

  bool has(std::uint8_t kind, int number) const { return found_.contains({kind, static_cast<std::uint64_t>(number)}); }

  /// Into a part file.
  void copy(PartFile& whole) const {
    whole.append(start_.entry.kind, start_.entry.number, bytes_of(start_));
    for (const auto& [key, found] : found_) whole.append(key.first, key.second, bytes_of(found));
  }

 private:
  void take_start(const FoundEntry& found) {
    if (start_.part == nullptr) {
      start_ = found;
    } else if (bytes_of(start_) != bytes_of(found)) {
      throw Error(start_.part->name + " and " + found.part->name +
                  " were fitted with different networks: their machines' instruction sets differ, or their inputs do; "
                  "fit all parts on machines of one kind");
    }
  }

  FoundEntry start_;
  std::map<std::pair<std::uint8_t, std::uint64_t>, FoundEntry> found_;
};

/// Throws an Error that names the first tiles that no part has.
void check_complete(const LatentPartIndex& index, const std::vector<FitLevel>& levels) {
  const int count = levels.back().first + levels.back().tiles;
  const auto refuse = [&](int first, int last) {
    throw Error("the parts do not hold tiles " + std::to_string(first) + " to " + std::to_string(last) + " of " +
                std::to_string(count) + ": fit them with --tiles");
  };
  const int tiles = levels.front().tiles;
  for (int first = 0; first < tiles; ++first) {
    if (index.has(entry_kind::tile, first)) continue;
    int last = first;
    while (last + 1 < tiles && !index.has(entry_kind::tile, last + 1)) ++last;
    refuse(first, last);
  }
  for (std::size_t l = 1; l < levels.size(); ++l) {
    if (index.has(entry_kind::latent_overview, static_cast<int>(l))) continue;
    refuse(levels[l].first, levels[l].first + levels[l].tiles - 1);
  }
}

void check_one_job(const NamedPart& one, const std::string& name, const std::string& description) {
  const std::string reason = difference_of_parts(one.part->description(), description);
  if (!reason.empty()) throw Error(one.name + " and " + name + " are not of one job: " + reason);
}

}  // namespace

std::unique_ptr<PartFile> join_latent_parts(const std::vector<NamedPart>& parts, const RasterSource& source,
                                            const std::string& raster) {
  const NamedPart& first = parts.front();
  for (const NamedPart& part : parts) check_one_job(first, part.name, part.part->description());
  const std::optional<LatentJob> job = described_latent_job(first.part->description());
  if (!job) throw Error(first.name + " is of coordinate networks", ErrorKind::internal);
  check_one_job(first, raster, describe(*job, source, std::nullopt));
  const LatentPartIndex index(parts);
  check_complete(index, latent_levels(source.info(), *job));
  std::unique_ptr<PartFile> whole = PartFile::temporary(first.part->description());
  index.copy(*whole);
  return whole;
}

}  // namespace sarinr
