#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "container/layout.h"

namespace sarinr {

namespace {

/// Bytes searched at once, and how long a record that is searched for may be at least: no shorter ones are overlooked.
constexpr std::uint64_t stride = std::uint64_t{1} << 20;
constexpr std::uint64_t least_reach = std::uint64_t{1} << 16;
/// One tile in so many must be found.
constexpr std::int64_t least_share = 1000;

/// A record as its own length and checksum tell it.
struct Candidate {
  std::uint32_t number = 0;  ///< the tile that the checksum speaks of
  std::uint64_t payload_size = 0;
};

/// What stands at the head of `bytes`, if it is a record. Any bytes that are long enough are the record of *some*
/// number: only one of the few that are expected means anything.
std::optional<Candidate> candidate(ByteView bytes, std::uint64_t longest) {
  ByteReader reader(bytes);
  const std::uint64_t size = reader.varint();
  if (size > longest || reader.position() != varint_size(size)) return std::nullopt;
  const ByteView payload = reader.bytes(static_cast<std::size_t>(size));
  const std::uint32_t checksum = reader.u32();
  if (reader.failed()) return std::nullopt;
  const Bytes number_in_bytes(4, 0);
  return Candidate{crc32c_seed(number_in_bytes, crc32c_seed(payload, checksum)), size};
}

/// The record at `offset`, whatever its payload and checksum are worth; nowhere where the file ends before it does.
RecordPlace place_at(const ByteSource& source, std::uint64_t offset) {
  const std::uint64_t end = source.size();
  if (offset >= end) return {};
  const Result<Bytes> start = read_bytes(source, offset, std::min<std::uint64_t>(end - offset, 10));
  if (!start) return {};
  ByteReader reader(*start);
  const RecordPlace place{offset, reader.varint()};
  const bool fits = !reader.failed() && place.payload_size <= largest_payload && place.size() <= end - offset;
  return fits ? place : RecordPlace{};
}

RecordPlace sound_record(const ByteSource& source, std::uint64_t offset, std::uint32_t checksum_seed) {
  const RecordPlace place = place_at(source, offset);
  return place.known() && read_payload(source, place, checksum_seed) ? place : RecordPlace{};
}

/// The index that a file would have whose records lie so.
Index index_of(const Places& places, std::size_t channels) {
  Index index;
  index.has_shared = places.shared.known();
  for (const RecordPlace& tile : places.tiles) index.payload_sizes.push_back(tile.payload_size);
  for (const OverviewPlace& overview : places.overviews) {
    index.overviews.push_back({static_cast<std::uint64_t>(overview.factor), overview.size});
  }
  index.summary.resize(channels);
  return index;
}

/// The factor of a reduced scene: a power of two where several explain its size.
int factor_of(const FileHeader& whole, const FileHeader& reduced) {
  const auto explains = [](int length, int factor, int result) { return (length - 1) / factor + 1 == result; };
  const auto fits = [&](int factor) {
    return explains(whole.width, factor, reduced.width) && explains(whole.height, factor, reduced.height);
  };
  for (int factor = 2; factor <= largest_dimension / 2; factor *= 2) {
    if (fits(factor)) return factor;
  }
  const int least = std::max(2, (whole.width - 1) / reduced.width + 1);
  return fits(least) ? least : 0;
}

class Search {
 public:
  Search(const ByteSource& source, const FoundHeader& found)
      : source_(source), found_(found), tiles_(found.header.grid().count()), offset_(found.size) {}

  Result<Places> run() {
    find_shared();
    find_tiles();
    const auto found =
        std::count_if(places_.tiles.begin(), places_.tiles.end(), [](const auto& t) { return t.known(); });
    if (found * least_share < tiles_) {
      return Failure{"only " + std::to_string(found) + " of its " + std::to_string(tiles_) +
                     " tiles are left, too few to go on with"};
    }
    find_overviews();
    find_summary();
    return std::move(places_);
  }

 private:
  bool complete() const { return places_.tiles.size() == static_cast<std::size_t>(tiles_); }

  void find_shared() {
    places_.shared = sound_record(source_, offset_, shared_checksum_seed());
    if (!places_.shared.known()) {
      // Damaged, but with its length: the first tile follows.
      const RecordPlace damaged = place_at(source_, offset_);
      if (damaged.known() && sound_record(source_, damaged.end(), tile_checksum_seed(0)).known()) {
        places_.shared = damaged;
      }
    }
    if (places_.shared.known()) offset_ = places_.shared.end();
  }

  void add(const RecordPlace& place) {
    places_.tiles.push_back(place);
    longest_ = std::max(longest_, 4 * place.payload_size);
    offset_ = place.end();
  }

  void find_tiles() {
    while (!complete()) {
      const int tile = static_cast<int>(places_.tiles.size());
      RecordPlace place = sound_record(source_, offset_, tile_checksum_seed(tile));
      if (!place.known()) place = damaged_record(tile);
      if (place.known()) {
        add(place);
      } else if (!search_on(tile)) {
        return;
      }
    }
  }

  /// The tile's record where it is damaged but for its length: what follows is sound.
  RecordPlace damaged_record(int tile) const {
    const RecordPlace place = place_at(source_, offset_);
    if (!place.known()) return {};
    if (tile + 1 < tiles_) {
      return sound_record(source_, place.end(), tile_checksum_seed(tile + 1)).known() ? place : RecordPlace{};
    }
    Places whole = places_;
    whole.tiles.push_back(place);
    const Bytes index = encode_index(index_of(whole, channels()), found_.checksum);
    const bool closes = place.end() + index.size() == source_.size() || is_overview(place.end());
    return closes ? place : RecordPlace{};
  }

  /// Goes on to the next record of any tile, or to an overview; false where there is none.
  bool search_on(int tile) {
    const std::uint64_t begin = offset_ + 1;
    for (std::uint64_t window = begin; window < source_.size(); window += stride) {
      const std::uint64_t size = std::min(stride + record_size(longest_), source_.size() - window);
      const Result<Bytes> bytes = read_bytes(source_, window, size);
      if (!bytes) return false;
      for (std::uint64_t i = 0; i < std::min(stride, size); ++i) {
        const ByteView rest = ByteView(*bytes).subspan(static_cast<std::size_t>(i));
        if (std::equal(magic.begin(), magic.begin() + std::min(magic.size(), rest.size()), rest.begin(),
                       [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }) &&
            is_overview(window + i)) {
          offset_ = window + i;
          return false;
        }
        if (take(rest, window + i, tile)) return true;
      }
    }
    return false;
  }

  /// Adds what stands at `offset` if it is the record of a tile from `tile` on, with room before it for the records of
  /// the tiles between, and the next tile's behind it: chance gives such a thing once in 2^32 bytes and tiles squared.
  bool take(ByteView bytes, std::uint64_t offset, int tile) {
    const std::optional<Candidate> record = candidate(bytes, longest_);
    if (!record || record->number >= static_cast<std::uint32_t>(tiles_)) return false;
    const int number = static_cast<int>(record->number);
    if (number < tile || static_cast<std::uint64_t>(number - tile) > (offset - offset_) / smallest_record) return false;
    const RecordPlace place{offset, record->payload_size};
    if (number + 1 < tiles_ && !sound_record(source_, place.end(), tile_checksum_seed(number + 1)).known()) {
      return false;
    }
    places_.tiles.resize(static_cast<std::size_t>(number));
    add(place);
    return true;
  }

  std::unique_ptr<ByteSource> rest_from(std::uint64_t offset) const {
    const std::shared_ptr<const ByteSource> unowned(std::shared_ptr<void>(), &source_);
    return part_source(unowned, offset, source_.size() - offset);
  }

  bool is_overview(std::uint64_t offset) const {
    if (offset >= source_.size()) return false;
    const Result<FoundHeader> header = read_header(*rest_from(offset));
    return header && factor_of(found_.header, header->header) != 0;
  }

  void find_overviews() {
    while (places_.overviews.size() < most_overviews) {
      const OverviewPlace overview = overview_at(offset_);
      const int last = places_.overviews.empty() ? 1 : places_.overviews.back().factor;
      if (overview.factor <= last) return;
      places_.overviews.push_back(overview);
      offset_ += overview.size;
    }
  }

  /// A wholly sound overview, without overviews of its own; factor 0 where there is none.
  OverviewPlace overview_at(std::uint64_t offset) const {
    if (offset >= source_.size()) return {};
    const std::unique_ptr<ByteSource> rest = rest_from(offset);
    const Result<FoundHeader> header = read_header(*rest);
    if (!header) return {};
    const int factor = factor_of(found_.header, header->header);
    Search search(*rest, *header);
    if (factor == 0 || !search.walk()) return {};
    const Bytes index = encode_index(index_of(search.places_, search.channels()), header->checksum);
    const std::uint64_t size = search.offset_ + index.size();
    if (size > rest->size()) return {};
    const std::shared_ptr<const ByteSource> unowned(std::shared_ptr<void>(), rest.get());
    return read_places(*part_source(unowned, 0, size), *header) ? OverviewPlace{factor, offset, size} : OverviewPlace{};
  }

  /// All records where all are sound, else false.
  bool walk() {
    places_.shared = sound_record(source_, offset_, shared_checksum_seed());
    if (places_.shared.known()) offset_ = places_.shared.end();
    while (!complete()) {
      const int tile = static_cast<int>(places_.tiles.size());
      const RecordPlace place = sound_record(source_, offset_, tile_checksum_seed(tile));
      if (!place.known()) return false;
      add(place);
    }
    return true;
  }

  void find_summary() {
    const bool all_known =
        complete() && std::all_of(places_.tiles.begin(), places_.tiles.end(), [](const auto& t) { return t.known(); });
    std::optional<std::vector<ChannelSummary>> summary;
    if (all_known) summary = recover_summary(source_, offset_, index_of(places_, channels()), found_.checksum);
    constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
    places_.summary = summary.value_or(std::vector<ChannelSummary>(channels(), {unknown, unknown, unknown}));
  }

  std::size_t channels() const { return static_cast<std::size_t>(found_.header.channels()); }

  const ByteSource& source_;
  const FoundHeader& found_;
  int tiles_;
  std::uint64_t offset_;  ///< end of what has been found
  std::uint64_t longest_ = least_reach;
  Places places_;
};

}  // namespace

Result<Places> search_places(const ByteSource& source, const FoundHeader& found) { return Search(source, found).run(); }

}  // namespace sarinr
