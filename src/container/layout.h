#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sarinr/base/storage.h"
#include "sarinr/container/header.h"

namespace sarinr {

/// Fixed parts of a .sinr file; docs/format.md holds the whole.
inline constexpr std::string_view magic = "\x89SNR\x1A\n";
inline constexpr std::string_view part_magic = "\x89SNP\x1A\n";  ///< of part files
inline constexpr std::uint8_t format_version = 1;
inline constexpr std::string_view end_mark = "RNIS";
inline constexpr std::size_t checksum_size = 4;
inline constexpr std::size_t summary_size = 12;      ///< of one channel
inline constexpr std::uint64_t smallest_record = 5;  ///< an empty payload's length and checksum
inline constexpr std::uint64_t largest_payload = 0xFFFFFFFFu;
inline constexpr std::uint64_t read_ahead = 64 * 1024;  ///< read at once from either end of a file

/// What a checksum starts from, so that a sound record in another's place is noticed.
std::uint32_t tile_checksum_seed(int tile);
std::uint32_t shared_checksum_seed();

/// Bytes that a number takes as varint, and a record of that payload takes in all.
std::uint64_t varint_size(std::uint64_t value);
std::uint64_t record_size(std::uint64_t payload_size);

struct EncodedHeader {
  Bytes bytes;
  std::uint64_t metadata_size = 0;  ///< compressed
  std::uint32_t checksum = 0;
};
/// encode_header and what a writer wants to know of it.
EncodedHeader encode_measured_header(const FileHeader& header);

/// A header as it was found in a file.
struct FoundHeader {
  FileHeader header;
  std::uint64_t size = 0;
  std::uint64_t metadata_size = 0;  ///< compressed
  std::uint32_t checksum = 0;
};
Result<FoundHeader> read_header(const ByteSource& source);

/// A reduced scene stored behind the tiles: a whole .sinr of its own.
struct StoredOverview {
  std::uint64_t factor = 0;  ///< native pixels a pixel of it is wide and high, about
  std::uint64_t size = 0;    ///< bytes
};
inline constexpr std::size_t most_overviews = 24;

/// What stands behind the records.
struct Index {
  bool has_shared = false;
  std::vector<StoredOverview> overviews;  ///< in file order, factors ascending
  std::vector<std::uint64_t> payload_sizes;
  std::vector<ChannelSummary> summary;
};

/// Index, checksum and end mark: the last bytes of a file.
Bytes encode_index(const Index& index, std::uint32_t header_checksum);

struct FoundIndex {
  Index index;
  std::uint64_t begin = 0;  ///< where the records (and overviews) end
};
Result<FoundIndex> read_index(const ByteSource& source, const FoundHeader& found);

/// The bytes [offset, offset + size) of a file that has them.
Result<Bytes> read_bytes(const ByteSource& source, std::uint64_t offset, std::uint64_t size);

}  // namespace sarinr
