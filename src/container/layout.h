#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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

/// A record as it stands in a file: length, payload, checksum.
Bytes encode_record(ByteView payload, std::uint32_t checksum_seed);

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
/// A header whose checksum has not been looked at, nor its metadata: where it ends. `start` receives the file's first
/// bytes, as many as one reads at once.
Result<FoundHeader> measure_header(const ByteSource& source, Bytes& start);

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
  Bytes speckle;  ///< encode_speckle; empty where none is kept
};

/// Index, checksum and end mark: the last bytes of a file.
Bytes encode_index(const Index& index, std::uint32_t header_checksum);

/// The summary of an index that begins at `begin` and keeps no speckle, of which all but the summary is known: sound or
/// with one bit flipped, which is put right. Nothing where it is damaged further.
std::optional<std::vector<ChannelSummary>> recover_summary(const ByteSource& source, std::uint64_t begin,
                                                           const Index& known, std::uint32_t header_checksum);

struct FoundIndex {
  Index index;
  std::uint64_t begin = 0;  ///< where the records (and overviews) end
};
Result<FoundIndex> read_index(const ByteSource& source, const FoundHeader& found);

/// Where a record lies. Offset 0, where no record can lie: nowhere.
struct RecordPlace {
  std::uint64_t offset = 0;
  std::uint64_t payload_size = 0;
  bool known() const { return offset != 0; }
  std::uint64_t size() const { return record_size(payload_size); }
  std::uint64_t end() const { return offset + size(); }
};

struct OverviewPlace {
  int factor = 0;  ///< native pixels a pixel of it is wide and high, about
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Where all parts of a file lie.
struct Places {
  RecordPlace shared;
  std::vector<RecordPlace> tiles;  ///< in tile order; tiles behind the last entry are nowhere
  std::vector<OverviewPlace> overviews;
  std::vector<ChannelSummary> summary;
  Bytes speckle;  ///< empty where none is kept, or it was lost with the index
};
/// As the index has it; fails where the index is damaged or does not fit the file.
Result<Places> read_places(const ByteSource& source, const FoundHeader& found);
/// As the records themselves tell, for a file whose index is lost: tiles whose records are damaged beyond recognition
/// are nowhere, and so are overviews that are not wholly sound. The summary is NaN where it is not certain. Takes time
/// in proportion to the file, and no more memory than its largest record and its tiles' places. Fails where fewer than
/// one tile in a thousand is found, so that a short file cannot claim to be a vast one.
Result<Places> search_places(const ByteSource& source, const FoundHeader& found);

/// The payload of a record of a file, whose length and checksum must match.
Result<Bytes> read_payload(const ByteSource& source, const RecordPlace& place, std::uint32_t checksum_seed);

/// The same where one bit of length, payload or checksum was flipped, put right; nothing where more is damaged.
std::optional<Bytes> corrected_payload(const ByteSource& source, const RecordPlace& place, std::uint32_t checksum_seed);

/// A part of a source that others share.
std::unique_ptr<ByteSource> part_source(std::shared_ptr<const ByteSource> whole, std::uint64_t offset,
                                        std::uint64_t size);

/// The bytes [offset, offset + size) of a file that has them.
Result<Bytes> read_bytes(const ByteSource& source, std::uint64_t offset, std::uint64_t size);

}  // namespace sarinr
