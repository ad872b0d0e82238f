#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "container/layout.h"

namespace sarinr {

namespace {

constexpr unsigned shared_flag = 0x80;
constexpr unsigned overviews_flag = 0x40;
constexpr unsigned widest = 32;
/// In the width's place: the width is a byte of its own, and speckle is kept.
constexpr unsigned speckle_form = 63;
constexpr std::uint64_t largest_speckle = std::uint64_t{1} << 32;
constexpr std::size_t trailer_size = checksum_size + end_mark.size();
constexpr std::size_t longest_start = 1 + 1 + 10 + 10 + most_overviews * 20 + 10;

/// Unsigned numbers of `width` bits, least significant bit first.
void write_packed(const std::vector<std::uint64_t>& values, std::uint64_t minimum, unsigned width, ByteWriter& writer) {
  std::uint64_t waiting = 0;
  unsigned bits = 0;
  for (const std::uint64_t value : values) {
    waiting |= (value - minimum) << bits;
    for (bits += width; bits >= 8; bits -= 8, waiting >>= 8) writer.u8(static_cast<std::uint8_t>(waiting));
  }
  if (bits > 0) writer.u8(static_cast<std::uint8_t>(waiting));
}

std::vector<std::uint64_t> read_packed(std::size_t count, std::uint64_t minimum, unsigned width, ByteReader& reader) {
  std::vector<std::uint64_t> values(count);
  std::uint64_t waiting = 0;
  unsigned bits = 0;
  for (std::uint64_t& value : values) {
    for (; bits < width; bits += 8) waiting |= std::uint64_t{reader.u8()} << bits;
    value = minimum + (waiting & ((std::uint64_t{1} << width) - 1));
    waiting >>= width;
    bits -= width;
  }
  return values;
}

/// The numbers that tell how long an index is.
struct IndexStart {
  bool has_shared = false;
  unsigned width = 0;
  std::uint64_t minimum = 0;
  std::vector<StoredOverview> overviews;
  std::uint64_t speckle = 0;  ///< bytes
};

/// Factors that ascend from 2 and sizes within the file; else the reader has failed or the list is empty.
std::vector<StoredOverview> read_overviews(ByteReader& reader, std::uint64_t room) {
  const std::uint64_t count = reader.varint();
  if (count == 0 || count > most_overviews) return {};
  std::vector<StoredOverview> overviews;
  std::uint64_t last = 1;
  for (std::uint64_t i = 0; i < count; ++i) {
    const StoredOverview overview{reader.varint(), reader.varint()};
    if (overview.factor <= last || overview.factor > largest_dimension || overview.size > room) return {};
    room -= overview.size;
    last = overview.factor;
    overviews.push_back(overview);
  }
  return overviews;
}

/// Nothing where the numbers make no sense; `room` is what the file has behind its header.
std::optional<IndexStart> read_start(ByteReader& reader, std::uint64_t room) {
  const unsigned byte = reader.u8();
  IndexStart start;
  start.has_shared = (byte & shared_flag) != 0;
  start.width = byte & ~(shared_flag | overviews_flag);
  const bool has_speckle = start.width == speckle_form;
  if (has_speckle) start.width = reader.u8();
  start.minimum = reader.varint();
  if ((byte & overviews_flag) != 0) {
    start.overviews = read_overviews(reader, room);
    if (start.overviews.empty()) return std::nullopt;
  }
  if (has_speckle) {
    start.speckle = reader.varint();
    if (start.speckle == 0 || start.speckle > std::min(room, largest_speckle)) return std::nullopt;
  }
  if (reader.failed() || start.width > widest || start.minimum > largest_payload) return std::nullopt;
  return start;
}

/// The last `size` bytes of the file before checksum and end mark, first byte first as the index counts.
Bytes reversed_index(ByteView tail, std::uint64_t size) {
  const ByteView index =
      tail.subspan(tail.size() - trailer_size - static_cast<std::size_t>(size), static_cast<std::size_t>(size));
  return Bytes(index.rbegin(), index.rend());
}

ChannelSummary read_summary(ByteReader& reader) {
  ChannelSummary channel;
  channel.mean_square_error = reader.f32();
  channel.low = reader.f32();
  channel.high = reader.f32();
  return channel;
}

/// The rest of an index whose start makes sense.
Index parse(ByteReader& reader, IndexStart start, std::size_t tiles, std::size_t channels) {
  Index index;
  index.has_shared = start.has_shared;
  index.overviews = std::move(start.overviews);
  index.payload_sizes = read_packed(tiles, start.minimum, start.width, reader);
  for (std::size_t c = 0; c < channels; ++c) index.summary.push_back(read_summary(reader));
  const ByteView speckle = reader.bytes(static_cast<std::size_t>(start.speckle));
  index.speckle.assign(speckle.begin(), speckle.end());
  return index;
}

}  // namespace

Bytes encode_index(const Index& index, std::uint32_t header_checksum) {
  const auto [least, greatest] = std::minmax_element(index.payload_sizes.begin(), index.payload_sizes.end());
  const unsigned width = static_cast<unsigned>(std::bit_width(*greatest - *least));
  ByteWriter forward;
  forward.u8(static_cast<std::uint8_t>((index.speckle.empty() ? width : speckle_form) |
                                       (index.has_shared ? shared_flag : 0) |
                                       (index.overviews.empty() ? 0 : overviews_flag)));
  if (!index.speckle.empty()) forward.u8(static_cast<std::uint8_t>(width));
  forward.varint(*least);
  if (!index.overviews.empty()) {
    forward.varint(index.overviews.size());
    for (const StoredOverview& overview : index.overviews) {
      forward.varint(overview.factor);
      forward.varint(overview.size);
    }
  }
  if (!index.speckle.empty()) forward.varint(index.speckle.size());
  write_packed(index.payload_sizes, *least, width, forward);
  for (const ChannelSummary& channel : index.summary) {
    for (const float number : {channel.mean_square_error, channel.low, channel.high}) forward.f32(number);
  }
  forward.bytes(index.speckle);
  // Backwards, so that a reader who comes from the end of the file needs no length.
  Bytes bytes = forward.take();
  std::reverse(bytes.begin(), bytes.end());
  ByteWriter writer;
  writer.bytes(bytes);
  writer.u32(crc32c(bytes, header_checksum));
  writer.text(end_mark);
  return writer.take();
}

std::optional<std::vector<ChannelSummary>> recover_summary(const ByteSource& source, std::uint64_t begin,
                                                           const Index& known, std::uint32_t header_checksum) {
  Bytes index = encode_index(known, header_checksum);
  if (begin > source.size() || index.size() > source.size() - begin) return std::nullopt;
  const Result<Bytes> found = read_bytes(source, begin, index.size());
  if (!found) return std::nullopt;
  // The summary is what the index is read last for: it lies first.
  const std::size_t summary = known.summary.size() * summary_size;
  std::copy_n(found->begin(), summary, index.begin());
  const std::size_t size = index.size() - trailer_size;
  const std::uint32_t checksum = ByteReader(ByteView(*found).subspan(size)).u32();
  const ByteView covered = ByteView(index).first(size);
  if (crc32c(covered, header_checksum) != checksum) {
    const std::optional<std::uint64_t> bit = flipped_bit(covered, checksum, header_checksum);
    if (!bit || (*bit >= 8 * summary && *bit < 8 * size)) return std::nullopt;
    if (*bit < 8 * summary) index[*bit / 8] ^= static_cast<std::uint8_t>(1u << (*bit % 8));
  }
  const Bytes reversed(std::make_reverse_iterator(index.begin() + static_cast<std::ptrdiff_t>(summary)), index.rend());
  ByteReader reader(reversed);
  std::vector<ChannelSummary> channels;
  for (std::size_t c = 0; c < known.summary.size(); ++c) channels.push_back(read_summary(reader));
  return channels;
}

Result<FoundIndex> read_index(const ByteSource& source, const FoundHeader& found) {
  const std::uint64_t file_size = source.size();
  const std::uint64_t behind_header = file_size - found.size;
  Result<Bytes> tail =
      read_bytes(source, file_size - std::min(behind_header, read_ahead), std::min(behind_header, read_ahead));
  if (!tail) return tail.failure();
  const Failure truncated{"the file is truncated: it does not close with the end mark"};
  if (tail->size() < trailer_size ||
      !std::equal(end_mark.rbegin(), end_mark.rend(), tail->rbegin(),
                  [](char letter, std::uint8_t byte) { return static_cast<std::uint8_t>(letter) == byte; })) {
    return truncated;
  }
  const std::uint64_t tiles = static_cast<std::uint64_t>(found.header.grid().count());
  const std::uint64_t channels = static_cast<std::uint64_t>(found.header.channels());
  if (tiles > behind_header / smallest_record) {
    return Failure{"the file is truncated: " + std::to_string(tiles) + " tiles cannot fit in its " +
                   std::to_string(file_size) + " bytes"};
  }
  const Failure damaged{"the index is damaged: its checksum does not match"};
  const Bytes first = reversed_index(*tail, std::min<std::uint64_t>(tail->size() - trailer_size, longest_start));
  ByteReader reader(first);
  std::optional<IndexStart> start = read_start(reader, behind_header);
  if (!start) return damaged;
  const std::uint64_t size =
      reader.position() + (tiles * start->width + 7) / 8 + channels * summary_size + start->speckle;
  if (size + trailer_size > behind_header) return damaged;

  if (size + trailer_size > tail->size()) {
    tail = read_bytes(source, file_size - size - trailer_size, size + trailer_size);
    if (!tail) return tail.failure();
  }
  const ByteView block = ByteView(*tail).last(static_cast<std::size_t>(size) + trailer_size);
  const std::uint32_t checksum = ByteReader(block.subspan(static_cast<std::size_t>(size))).u32();
  if (crc32c(block.first(static_cast<std::size_t>(size)), found.checksum) != checksum) return damaged;
  const Bytes whole = reversed_index(block, size);
  ByteReader rest(ByteView(whole).subspan(reader.position()));
  return FoundIndex{parse(rest, std::move(*start), static_cast<std::size_t>(tiles), static_cast<std::size_t>(channels)),
                    file_size - size - trailer_size};
}

}  // namespace sarinr
