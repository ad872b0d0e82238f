#include <algorithm>
#include <optional>
#include <string>

#include "container/layout.h"

namespace sarinr {

namespace {

/// The payload of a record of that size; nothing where no record has it.
std::optional<std::uint64_t> payload_of(std::uint64_t size) {
  for (std::uint64_t length = 1; length <= 5 && length + checksum_size <= size; ++length) {
    const std::uint64_t payload = size - length - checksum_size;
    if (varint_size(payload) == length) return payload;
  }
  return std::nullopt;
}

/// The length that a record says of itself; nothing where it cannot be read.
std::optional<std::uint64_t> length_at(const ByteSource& source, std::uint64_t offset) {
  const Result<Bytes> start = read_bytes(source, offset, std::min<std::uint64_t>(source.size() - offset, 10));
  if (!start) return std::nullopt;
  ByteReader reader(*start);
  const std::uint64_t length = reader.varint();
  return reader.failed() ? std::nullopt : std::optional(length);
}

}  // namespace

Result<Places> read_places(const ByteSource& source, const FoundHeader& found) {
  Result<FoundIndex> index = read_index(source, found);
  if (!index) return index.failure();
  const Failure unfit{"the index is damaged: the records do not fill the file"};
  std::uint64_t room = index->begin - found.size;
  const auto take = [&room](std::uint64_t size) {
    const bool fits = size <= room;
    if (fits) room -= size;
    return fits;
  };
  for (const std::uint64_t payload_size : index->index.payload_sizes) {
    if (!take(record_size(payload_size))) return unfit;
  }
  for (const StoredOverview& overview : index->index.overviews) {
    if (!take(overview.size)) return unfit;
  }
  Places places;
  std::uint64_t offset = found.size + room;
  // What is left stands between header and tiles: the shared record, which says its length but may be damaged.
  if (index->index.has_shared) {
    const std::optional<std::uint64_t> payload = payload_of(room);
    if (!payload) return unfit;
    places.shared = {found.size, *payload};
  } else if (room != 0) {
    return unfit;
  }
  places.tiles.reserve(index->index.payload_sizes.size());
  for (const std::uint64_t payload_size : index->index.payload_sizes) {
    places.tiles.push_back({offset, payload_size});
    offset = places.tiles.back().end();
  }
  // Where bytes are missing or too many, the index is sound but nothing lies where it says.
  const bool shifted = places.shared.known() && length_at(source, found.size) != places.shared.payload_size &&
                       !read_payload(source, places.tiles.front(), tile_checksum_seed(0));
  if (shifted) return unfit;
  for (const StoredOverview& overview : index->index.overviews) {
    places.overviews.push_back({static_cast<int>(overview.factor), offset, overview.size});
    offset += overview.size;
  }
  places.summary = std::move(index->index.summary);
  places.speckle = std::move(index->index.speckle);
  return places;
}

}  // namespace sarinr
