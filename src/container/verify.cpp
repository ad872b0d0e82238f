#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <string>
#include <utility>

#include "container/layout.h"
#include "sarinr/container/file.h"

namespace sarinr {

namespace {

/// All that is damaged in an overview.
std::vector<Damage> verify_overview(const OverviewPlace& place, std::unique_ptr<ByteSource> bytes) {
  std::vector<Damage> found;
  const auto whole = [&](const std::string& sentence) {
    found.push_back({place.factor, -1, 0, place.offset, place.size, sentence});
  };
  const auto reader = FileReader::open(std::move(bytes));
  if (!reader) {
    whole(reader.failure().message);
  } else if ((*reader)->overview_count() > 0) {
    whole("it has overviews of its own");
  } else {
    found = (*reader)->verify();
    for (Damage& damage : found) damage.offset += place.offset;
  }
  for (Damage& damage : found) {
    damage.overview = place.factor;
    damage.sentence = "overview 1/" + std::to_string(place.factor) + ": " + damage.sentence;
  }
  return found;
}

}  // namespace

std::vector<Damage> FileReader::verify() const {
  std::vector<Damage> found = damage_;
  const int placed = static_cast<int>(places_->tiles.size());
  std::vector<std::string> failures(places_->tiles.size());
  oneapi::tbb::parallel_for(0, placed, [&](int index) {
    const Result<TileContent> content = tile(index);
    if (!content) failures[static_cast<std::size_t>(index)] = content.failure().message;
  });
  for (int index = 0; index < placed; ++index) {
    std::string& failure = failures[static_cast<std::size_t>(index)];
    if (failure.empty()) continue;
    found.push_back({0, index, 1, record_offset(index), record_size(index), std::move(failure)});
  }
  if (const int lost = grid_.count() - placed; lost > 0) {
    const std::string names =
        lost == 1 ? place(placed) + " is"
                  : "tiles " + std::to_string(placed) + " to " + std::to_string(grid_.count() - 1) + " are";
    found.push_back({0, placed, lost, 0, 0, names + " lost: no record was found"});
  }
  for (int i = 0; i < overview_count(); ++i) {
    const std::vector<Damage> damage = verify_overview(places_->overviews[static_cast<std::size_t>(i)], overview(i));
    found.insert(found.end(), damage.begin(), damage.end());
  }
  return found;
}

}  // namespace sarinr
