#include "scene/tile_ledger.h"

#include <algorithm>

#include "sarinr/base/error.h"
#include "scene/part_entries.h"

namespace sarinr {

PartLedger::PartLedger(PartFile& part, const std::vector<FitLevel>& levels, const TileRange& range) : part_(part) {
  const FitLevel& coarsest = levels.back();
  std::vector<bool> done(static_cast<std::size_t>(coarsest.first + coarsest.tiles));
  for (const PartFile::Entry& entry : part.entries()) {
    if (entry.kind != entry_kind::tile) {
      kept_[{entry.kind, entry.number}] = part.read(entry).value_or_throw(part.name());
    } else if (entry.number < done.size()) {
      done[static_cast<std::size_t>(entry.number)] = true;
    }
  }
  for (const FitLevel& level : levels) {
    std::deque<int>& waiting = waiting_.emplace_back();
    for (int tile = 0; tile < level.tiles; ++tile) {
      const int number = level.first + tile;
      const bool wanted = number >= range.first && number <= range.last;
      if (wanted && !done[static_cast<std::size_t>(number)]) waiting.push_back(tile);
    }
    wanted_ += waiting.size();
  }
}

std::vector<int> PartLedger::take(int level, int most) {
  const std::lock_guard lock(mutex_);
  std::deque<int>& waiting = waiting_[static_cast<std::size_t>(level)];
  const auto end = waiting.begin() + std::min<std::ptrdiff_t>(most, static_cast<std::ptrdiff_t>(waiting.size()));
  std::vector<int> tiles(waiting.begin(), end);
  waiting.erase(waiting.begin(), end);
  return tiles;
}

void PartLedger::put(std::uint8_t kind, std::uint64_t number, ByteView payload) {
  if (kind != entry_kind::tile) {
    const std::lock_guard lock(mutex_);
    const auto [place, fresh] = kept_.emplace(std::pair{kind, number}, Bytes(payload.begin(), payload.end()));
    if (!fresh) {
      if (std::equal(place->second.begin(), place->second.end(), payload.begin(), payload.end())) return;
      throw Error(kind == entry_kind::level
                      ? "the raster's size, bands, georeferencing or metadata are not those that " + part_.name() +
                            " was begun with: give that raster, or --overwrite to start afresh"
                      : "the processes of this job start from different weights: their engines or instruction sets "
                        "differ; give --engine and --instructions");
    }
  }
  part_.append(kind, number, payload);
}

std::optional<Bytes> PartLedger::find(std::uint8_t kind, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find({kind, number});
  if (found == kept_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sarinr
