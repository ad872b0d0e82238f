#include "sarinr/container/header.h"

#include <algorithm>
#include <bit>
#include <string>

#include "codec/compression.h"
#include "container/layout.h"
#include "container/metadata_dictionary.h"
#include "sarinr/base/error.h"
#include "sarinr/field/latent.h"

namespace sarinr {

namespace {

constexpr unsigned nodata_flag = 0x80;

ByteView bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

std::uint64_t cells(int length, int tile_size) {
  return static_cast<std::uint64_t>(TileAxis(length, tile_size, 0).count());
}

std::uint64_t core_pixels(const FileHeader& header) {
  const auto longest = [&](int length) {
    const std::uint64_t count = cells(length, header.tile_size);
    return (static_cast<std::uint64_t>(length) + count - 1) / count;
  };
  return longest(header.width) * longest(header.height);
}

/// The first number beyond its limit, as a sentence; empty where all are legal.
std::string complaint(const FileHeader& header) {
  const auto outside = [](const std::string& what, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value >= low && value <= high) return std::string();
    return what + " is " + std::to_string(value) + "; it must lie between " + std::to_string(low) + " and " +
           std::to_string(high);
  };
  std::string problem = outside("the width", header.width, 1, largest_dimension);
  if (problem.empty()) problem = outside("the height", header.height, 1, largest_dimension);
  if (problem.empty()) problem = outside("the tile size", header.tile_size, 8, largest_tile_size);
  if (problem.empty()) problem = outside("the overlap", header.overlap, 0, header.tile_size / 2);
  if (problem.empty() && header.overlap % 2 != 0) problem = "the overlap is odd; it must be an even number of pixels";
  const std::int64_t bands = static_cast<std::int64_t>(header.bands.size());
  if (problem.empty()) problem = outside("the number of bands", bands, 1, most_bands);
  if (!problem.empty()) return problem;
  if (cells(header.width, header.tile_size) * cells(header.height, header.tile_size) > 0x7FFFFFFF) {
    return "the raster has more than 2147483647 tiles; larger tiles are needed";
  }
  if (core_pixels(header) * static_cast<std::uint64_t>(bands) > most_tile_samples) {
    return "a tile of all bands has more than " + std::to_string(most_tile_samples) +
           " samples; smaller tiles or fewer bands are needed";
  }
  if (is_latent(header.spec) && header.overlap != 0) {
    return "the overlap is " + std::to_string(header.overlap) + "; that of latent fields is 0";
  }
  if (header.channels() > 0 && header.spec.outputs != header.channels()) {
    return "the field has " + std::to_string(header.spec.outputs) + " outputs, the bands need " +
           std::to_string(header.channels());
  }
  return {};
}

// Common nodata values have few significant bits, at the top of the double: from there they make a short varint.
void write_nodata(double nodata, ByteWriter& writer) {
  writer.varint(__builtin_bswap64(std::bit_cast<std::uint64_t>(nodata)));
}

double read_nodata(ByteReader& reader) { return std::bit_cast<double>(__builtin_bswap64(reader.varint())); }

bool same_bits(const BandModel& a, const BandModel& b) {
  if (a.quantity != b.quantity || a.type != b.type || a.nodata.has_value() != b.nodata.has_value()) return false;
  return !a.nodata || std::bit_cast<std::uint64_t>(*a.nodata) == std::bit_cast<std::uint64_t>(*b.nodata);
}

void write_band(const BandModel& band, ByteWriter& writer) {
  writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(band.type) | static_cast<unsigned>(band.quantity) << 4 |
                                      (band.nodata ? nodata_flag : 0)));
  if (band.nodata) write_nodata(*band.nodata, writer);
}

Result<BandModel> read_band(ByteReader& reader) {
  const unsigned byte = reader.u8();
  const unsigned type = byte & 15;
  const unsigned quantity = (byte >> 4) & 7;
  BandModel band;
  if ((byte & nodata_flag) != 0) band.nodata = read_nodata(reader);
  if (reader.failed()) return band;
  if (type < static_cast<unsigned>(PixelType::u8) || type > static_cast<unsigned>(PixelType::i64) ||
      quantity < static_cast<unsigned>(Quantity::amplitude) ||
      quantity > static_cast<unsigned>(Quantity::categorical)) {
    return Failure{"a band's quantity or pixel type is unknown"};
  }
  band.type = static_cast<PixelType>(type);
  band.quantity = static_cast<Quantity>(quantity);
  return band;
}

/// Width to field specification. A reader that has failed says so itself: the caller knows whether the file went on.
Result<FileHeader> read_structure(ByteReader& reader) {
  const auto limited = [&reader](std::uint64_t limit) { return static_cast<int>(std::min(reader.varint(), limit)); };
  FileHeader header;
  header.width = limited(largest_dimension + 1);
  header.height = limited(largest_dimension + 1);
  header.tile_size = limited(largest_tile_size + 1);
  header.overlap = limited(largest_tile_size + 1);
  const int code = limited(2 * (most_bands + 1) + 1);
  const int band_count = code / 2;
  const bool all_alike = (code & 1) != 0;
  if (band_count > most_bands) return Failure{"it has more than " + std::to_string(most_bands) + " bands"};
  for (int b = 0; b < band_count && !reader.failed(); ++b) {
    if (b > 0 && all_alike) {
      header.bands.push_back(header.bands.front());
      continue;
    }
    const Result<BandModel> band = read_band(reader);
    if (!band) return band.failure();
    header.bands.push_back(*band);
  }
  if (reader.failed()) return header;
  Result<FieldSpec> spec = read_field_spec(reader);
  if (reader.failed()) return header;
  if (!spec) return spec.failure();
  header.spec = std::move(*spec);
  const std::string problem = complaint(header);
  if (!problem.empty()) return Failure{problem};
  return header;
}

Result<bool> check_start(ByteView start) {
  const std::size_t known = std::min(start.size(), magic.size());
  const bool matches =
      std::equal(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(known), magic.begin(),
                 [](std::uint8_t byte, char letter) { return byte == static_cast<std::uint8_t>(letter); });
  if (start.size() >= part_magic.size() &&
      std::equal(part_magic.begin(), part_magic.end(), start.begin(),
                 [](char letter, std::uint8_t byte) { return byte == static_cast<std::uint8_t>(letter); })) {
    return Failure{"a part of a .sinr, not a whole one: sarinr merge makes a .sinr of all its parts"};
  }
  if (!matches || known == 0) return Failure{"not a SARINR file: it does not start with the SARINR magic"};
  if (start.size() <= magic.size()) return Failure{"the file is truncated: it ends within its header"};
  const std::uint8_t version = start[magic.size()];
  if (version != format_version) {
    return Failure{"SARINR format version " + std::to_string(version) + "; this program reads version " +
                   std::to_string(format_version)};
  }
  return true;
}

}  // namespace

int FileHeader::channels() const {
  int count = 0;
  for (const BandModel& band : bands) count += band.channels();
  return count;
}

Bytes encode_header(const FileHeader& header) { return encode_measured_header(header).bytes; }

EncodedHeader encode_measured_header(const FileHeader& header) {
  const std::string problem = complaint(header);
  if (!problem.empty()) throw Error("a .sinr file cannot hold this: " + problem);
  if (header.metadata.size() > largest_metadata) {
    throw Error("a .sinr file cannot hold this: the metadata take " + std::to_string(header.metadata.size()) +
                " bytes, more than " + std::to_string(largest_metadata));
  }
  ByteWriter writer;
  writer.text(magic);
  writer.u8(format_version);
  for (const int number : {header.width, header.height, header.tile_size, header.overlap}) {
    writer.varint(static_cast<std::uint64_t>(number));
  }
  const bool all_alike = std::all_of(header.bands.begin(), header.bands.end(),
                                     [&](const BandModel& band) { return same_bits(band, header.bands.front()); });
  writer.varint(header.bands.size() * 2 + (all_alike ? 1 : 0));
  for (std::size_t b = 0; b < (all_alike ? 1 : header.bands.size()); ++b) write_band(header.bands[b], writer);
  write(header.spec, writer);
  const std::string& text = header.metadata;
  const Bytes metadata = compress(bytes_of(text), bytes_of(metadata_dictionary));
  writer.varint(metadata.size());
  writer.bytes(metadata);
  const std::uint32_t checksum = crc32c(writer.view());
  writer.u32(checksum);
  return {writer.take(), metadata.size(), checksum};
}

Result<FoundHeader> measure_header(const ByteSource& source, Bytes& start) {
  const std::uint64_t file_size = source.size();
  Result<Bytes> bytes = read_bytes(source, 0, std::min(file_size, read_ahead));
  if (!bytes) return bytes.failure();
  start = std::move(*bytes);
  const Result<bool> known = check_start(start);
  if (!known) return known.failure();

  ByteReader reader(ByteView(start).subspan(magic.size() + 1));
  Result<FileHeader> structure = read_structure(reader);
  if (!structure) return Failure{"the header is damaged or not of this version: " + structure.failure().message};
  FoundHeader found;
  found.header = std::move(*structure);
  found.metadata_size = reader.varint();
  const Failure truncated{"the file is truncated: it ends within its header"};
  if (reader.failed()) return start.size() == file_size ? truncated : Failure{"the header is damaged: it has no end"};
  const std::uint64_t metadata_begin = magic.size() + 1 + reader.position();
  if (found.metadata_size > file_size || metadata_begin + found.metadata_size + checksum_size > file_size)
    return truncated;
  found.size = metadata_begin + found.metadata_size + checksum_size;
  return found;
}

Result<FoundHeader> read_header(const ByteSource& source) {
  Bytes start;
  Result<FoundHeader> found = measure_header(source, start);
  if (!found) return found;
  if (found->size > start.size()) {
    Result<Bytes> whole = read_bytes(source, 0, found->size);
    if (!whole) return whole.failure();
    start = std::move(*whole);
  }
  const ByteView header = ByteView(start).first(static_cast<std::size_t>(found->size));
  const ByteView covered = header.first(header.size() - checksum_size);
  found->checksum = ByteReader(header.last(checksum_size)).u32();
  if (crc32c(covered) != found->checksum) return Failure{"the header is damaged: its checksum does not match"};
  const Result<Bytes> metadata = decompress(covered.last(static_cast<std::size_t>(found->metadata_size)),
                                            largest_metadata, bytes_of(metadata_dictionary));
  if (!metadata) return Failure{"the header is damaged: its " + metadata.failure().message};
  found->header.metadata.assign(metadata->begin(), metadata->end());
  return found;
}

}  // namespace sarinr
