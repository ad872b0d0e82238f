#include "sarinr/container/repair.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "container/layout.h"

namespace sarinr {

namespace {

/// Bytes at a file's head in which every bit is tried: there a flip changes where the header ends.
constexpr std::uint64_t tried_bytes = 128;

/// A source with one bit put right.
class CorrectedSource final : public ByteSource {
 public:
  CorrectedSource(std::shared_ptr<const ByteSource> source, std::uint64_t bit)
      : source_(std::move(source)), byte_(bit / 8), mask_(static_cast<std::uint8_t>(1u << (bit % 8))) {}
  std::uint64_t size() const override { return source_->size(); }
  bool read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (!source_->read(offset, out)) return false;
    if (byte_ >= offset && byte_ - offset < out.size()) out[static_cast<std::size_t>(byte_ - offset)] ^= mask_;
    return true;
  }

 private:
  std::shared_ptr<const ByteSource> source_;
  std::uint64_t byte_;
  std::uint8_t mask_;
};

/// The bit whose flip explains a damaged header.
std::optional<std::uint64_t> flipped_header_bit(const std::shared_ptr<const ByteSource>& source) {
  for (std::uint64_t bit = 0; bit < 8 * std::min(tried_bytes, source->size()); ++bit) {
    if (read_header(CorrectedSource(source, bit))) return bit;
  }
  Bytes start;
  const Result<FoundHeader> found = measure_header(*source, start);
  if (!found) return std::nullopt;
  const Result<Bytes> header = read_bytes(*source, 0, found->size);
  if (!header) return std::nullopt;
  const ByteView covered = ByteView(*header).first(header->size() - checksum_size);
  const std::uint32_t checksum = ByteReader(ByteView(*header).last(checksum_size)).u32();
  const std::optional<std::uint64_t> bit = flipped_bit(covered, checksum);
  if (!bit) return std::nullopt;
  // A flip in the checksum itself matters too: the index builds on it.
  const std::uint32_t syndrome = crc32c(covered) ^ checksum;
  const auto in_checksum = static_cast<std::uint64_t>(std::countr_zero(syndrome));
  const std::uint64_t place = *bit < 8 * covered.size() ? *bit : *bit + in_checksum;
  return read_header(CorrectedSource(source, place)) ? std::optional(place) : std::nullopt;
}

class Repair {
 public:
  Repair(std::shared_ptr<const ByteSource> source, ByteSink& sink) : source_(std::move(source)), sink_(sink) {}

  Result<RepairReport> run() {
    const Result<bool> header = find_header();
    if (!header) return header.failure();
    const Result<bool> places = find_places();
    if (!places) return places.failure();
    const Result<Bytes> bytes = read_bytes(*source_, 0, found_.size);
    if (!bytes) return bytes.failure();
    sink_.write(*bytes);
    copy_shared();
    const int placed = static_cast<int>(places_.tiles.size());
    for (int tile = 0; tile < placed; ++tile) copy_tile(tile);
    lose_tail(placed);
    for (const OverviewPlace& overview : places_.overviews) copy_overview(overview);
    sink_.write(encode_index(index_, found_.checksum));
    return std::move(report_);
  }

 private:
  Result<bool> find_header() {
    Result<FoundHeader> header = read_header(*source_);
    if (!header) {
      const Failure failure = header.failure();
      const std::optional<std::uint64_t> bit = flipped_header_bit(source_);
      if (!bit) return Failure{failure.message + "; without its header it cannot be repaired"};
      source_ = std::make_shared<CorrectedSource>(source_, *bit);
      header = read_header(*source_);
      if (!header) return header.failure();
      report_.restored.push_back("bit " + std::to_string(*bit % 8) + " of byte " + std::to_string(*bit / 8) +
                                 ", in the header, was flipped");
    }
    found_ = std::move(*header);
    return true;
  }

  Result<bool> find_places() {
    Result<Places> places = read_places(*source_, found_);
    if (!places) {
      const std::string reason = places.failure().message;
      places = search_places(*source_, found_);
      if (!places) return Failure{reason + "; " + places.failure().message};
      report_.restored.push_back("the index was rebuilt from the records (" + reason + ")");
      const auto unknown = [](const ChannelSummary& channel) { return channel.low != channel.low; };
      if (std::any_of(places->summary.begin(), places->summary.end(), unknown)) {
        report_.lost.push_back("the error of the fit and the range of values, which only the index knew");
      }
    }
    places_ = std::move(*places);
    index_.summary = places_.summary;
    index_.speckle = places_.speckle;
    return true;
  }

  void copy_shared() {
    const RecordPlace& place = places_.shared;
    if (!place.known()) return;
    Result<Bytes> payload = read_payload(*source_, place, shared_checksum_seed());
    if (!payload) {
      const std::optional<Bytes> corrected = corrected_payload(*source_, place, shared_checksum_seed());
      if (corrected) {
        payload = *corrected;
        report_.restored.push_back("a bit of the shared weights was flipped");
      }
    }
    if (payload) {
      ByteReader reader(*payload);
      Result<QuantisedWeights> weights = decode_weights(found_.header.spec, false, reader);
      if (weights && reader.left() == 0) {
        shared_ = std::move(*weights);
        index_.has_shared = true;
        sink_.write(encode_record(*payload, shared_checksum_seed()));
        return;
      }
    }
    report_.lost.push_back("the shared weights, and the tiles that build on them");
  }

  /// Nothing where the payload is not a tile.
  std::optional<Failure> complaint(int tile, ByteView payload) const {
    const TileContext context{&found_.header.bands, &found_.header.spec, &shared_, found_.header.grid().core(tile)};
    const Result<TileContent> content = decode_tile(payload, context);
    return content ? std::nullopt : std::optional(content.failure());
  }

  void copy_tile(int tile) {
    const RecordPlace& place = places_.tiles[static_cast<std::size_t>(tile)];
    const std::uint32_t seed = tile_checksum_seed(tile);
    if (!place.known()) return lose_tile(tile, "its record was not found");
    const Result<Bytes> payload = read_payload(*source_, place, seed);
    if (payload) {
      // A sound payload is kept even where it cannot be decoded for want of the shared weights.
      if (const auto problem = complaint(tile, *payload)) note_lost(tile, problem->message);
      return write_tile(tile, *payload);
    }
    const std::optional<Bytes> corrected = corrected_payload(*source_, place, seed);
    if (!corrected || complaint(tile, *corrected)) return lose_tile(tile, payload.failure().message);
    report_.restored.push_back("a bit of tile " + std::to_string(tile) + " was flipped");
    write_tile(tile, *corrected);
  }

  void note_lost(int tile, const std::string& reason) {
    report_.lost.push_back("tile " + std::to_string(tile) + ": " + reason);
    report_.lost_tiles.push_back(tile);
  }

  void lose_tile(int tile, const std::string& reason) {
    note_lost(tile, reason);
    write_tile(tile, {});
  }

  /// The tiles from `begin` on, of which nothing was found.
  void lose_tail(int begin) {
    const int count = found_.header.grid().count();
    if (begin == count) return;
    report_.lost.push_back("tiles " + std::to_string(begin) + " to " + std::to_string(count - 1) +
                           ": no record was found");
    for (int tile = begin; tile < count; ++tile) {
      report_.lost_tiles.push_back(tile);
      write_tile(tile, {});
    }
  }

  void write_tile(int tile, ByteView payload) {
    sink_.write(encode_record(payload, tile_checksum_seed(tile)));
    index_.payload_sizes.push_back(payload.size());
  }

  void copy_overview(const OverviewPlace& place) {
    const auto reader = FileReader::open(part_source(source_, place.offset, place.size));
    const Result<Bytes> bytes = read_bytes(*source_, place.offset, place.size);
    if (!reader || !bytes || !(*reader)->verify().empty()) {
      report_.lost.push_back("the overview of factor " + std::to_string(place.factor));
      return;
    }
    sink_.write(*bytes);
    index_.overviews.push_back({static_cast<std::uint64_t>(place.factor), place.size});
  }

  std::shared_ptr<const ByteSource> source_;
  ByteSink& sink_;
  FoundHeader found_;
  Places places_;
  QuantisedWeights shared_;
  Index index_;
  RepairReport report_;
};

}  // namespace

Result<RepairReport> repair_file(std::shared_ptr<const ByteSource> source, ByteSink& sink) {
  return Repair(std::move(source), sink).run();
}

}  // namespace sarinr
