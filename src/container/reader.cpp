#include <optional>
#include <string>
#include <utility>

#include "container/layout.h"
#include "sarinr/container/file.h"

namespace sarinr {

FileReader::FileReader(std::unique_ptr<ByteSource> source, FileHeader header)
    : source_(std::move(source)), header_(std::move(header)), grid_(header_.grid()) {}

Result<std::shared_ptr<const FileReader>> FileReader::open(std::unique_ptr<ByteSource> source, OnDamage on_damage) {
  Result<FoundHeader> header = read_header(*source);
  if (!header) return header.failure();
  const bool refuse = on_damage == OnDamage::refuse;
  const char* const advice = "; sarinr repair saves what is left";
  Result<Places> places = read_places(*source, *header);
  std::vector<Damage> damage;
  if (!places) {
    if (refuse) return Failure{places.failure().message + advice};
    damage.push_back({0, -1, 0, 0, 0, places.failure().message});
    places = search_places(*source, *header);
    if (!places) return Failure{damage.front().sentence + "; " + places.failure().message};
  }
  const std::shared_ptr<FileReader> reader(new FileReader(std::move(source), std::move(header->header)));
  reader->metadata_size_ = header->metadata_size;
  reader->places_ = std::make_shared<const Places>(std::move(*places));
  reader->damage_ = std::move(damage);
  const Result<bool> shared = reader->read_shared();
  if (!shared) {
    if (refuse) return Failure{shared.failure().message + advice};
    const RecordPlace& place = reader->places_->shared;
    const std::optional<Bytes> corrected = corrected_payload(*reader->source_, place, shared_checksum_seed());
    const bool restored = corrected && reader->take_shared(*corrected);
    const std::string remedy = restored ? " (one flipped bit, put right)" : "";
    reader->damage_.push_back({0, -1, 0, place.offset, place.size(), shared.failure().message + remedy});
    reader->shared_lost_ = !restored;
  }
  return std::shared_ptr<const FileReader>(reader);
}

Result<bool> FileReader::read_shared() {
  const RecordPlace& place = places_->shared;
  if (!place.known() && is_latent(header_.spec))
    return Failure{"the file is damaged: it has latent fields but not their networks"};
  if (!place.known()) return true;
  const Result<Bytes> payload = read_payload(*source_, place, shared_checksum_seed());
  const Result<bool> taken = payload ? take_shared(*payload) : payload.failure();
  if (!taken) return Failure{"the shared weights are damaged: " + taken.failure().message};
  return true;
}

Result<bool> FileReader::take_shared(ByteView payload) {
  ByteReader reader(payload);
  Result<QuantisedWeights> weights = decode_weights(header_.spec, false, reader);
  if (!weights) return weights.failure();
  if (reader.left() != 0) return Failure{"they hold more bytes than they should"};
  if (is_latent(header_.spec)) {
    Result<LatentCoder> coder = LatentCoder::make(header_.spec, *weights);
    if (!coder) return coder.failure();
    latent_coder_ = std::move(*coder);
  }
  shared_ = std::move(*weights);
  return true;
}

const std::vector<ChannelSummary>& FileReader::summary() const { return places_->summary; }

FileSizes FileReader::sizes() const {
  FileSizes sizes;
  sizes.file = source_->size();
  sizes.metadata = metadata_size_ + places_->summary.size() * summary_size;
  if (places_->shared.known()) sizes.shared = places_->shared.size();
  sizes.speckle = places_->speckle.size();
  for (const RecordPlace& tile : places_->tiles) sizes.tiles += tile.payload_size;
  for (const OverviewPlace& overview : places_->overviews) sizes.overviews += overview.size;
  return sizes;
}

Result<SpeckleModel> FileReader::speckle() const {
  if (places_->speckle.empty()) return SpeckleModel{};
  return decode_speckle(places_->speckle, speckle_channel_count(header_.bands), grid_);
}

std::uint64_t FileReader::record_size(int tile) const {
  const auto index = static_cast<std::size_t>(tile);
  return index < places_->tiles.size() && places_->tiles[index].known() ? places_->tiles[index].size() : 0;
}

std::uint64_t FileReader::record_offset(int tile) const {
  const auto index = static_cast<std::size_t>(tile);
  return index < places_->tiles.size() ? places_->tiles[index].offset : 0;
}

std::string FileReader::place(int tile) const {
  const int columns = grid_.columns().count();
  std::string text = "tile " + std::to_string(tile) + " (column " + std::to_string(tile % columns) + ", row " +
                     std::to_string(tile / columns);
  if (const std::uint64_t size = record_size(tile); size > 0) {
    text += ", bytes " + std::to_string(record_offset(tile)) + " to " + std::to_string(record_offset(tile) + size - 1);
  }
  return text + ")";
}

Result<Bytes> FileReader::payload(int tile) const {
  if (tile < 0 || tile >= grid_.count()) {
    return Failure{"tile " + std::to_string(tile) + " does not exist: the file has " + std::to_string(grid_.count()) +
                   " tiles"};
  }
  if (record_size(tile) == 0) return Failure{place(tile) + " is lost: its record was not found"};
  Result<Bytes> payload =
      read_payload(*source_, places_->tiles[static_cast<std::size_t>(tile)], tile_checksum_seed(tile));
  if (!payload) return Failure{place(tile) + " is damaged: " + payload.failure().message};
  if (payload->empty()) return Failure{place(tile) + " is lost: it was damaged before the file was repaired"};
  return payload;
}

Result<TileContent> FileReader::tile(int tile) const {
  const Result<Bytes> bytes = payload(tile);
  if (!bytes) return bytes.failure();
  Result<TileContent> content = decode_tile(*bytes, context(tile));
  if (content) return content;
  const std::string reason = shared_lost_ ? ", and the file's shared weights are damaged" : "";
  return Failure{place(tile) + " is damaged: " + content.failure().message + reason};
}

int FileReader::overview_count() const { return static_cast<int>(places_->overviews.size()); }

int FileReader::overview_factor(int index) const { return places_->overviews[static_cast<std::size_t>(index)].factor; }

std::unique_ptr<ByteSource> FileReader::overview(int index) const {
  const OverviewPlace& found = places_->overviews[static_cast<std::size_t>(index)];
  return part_source(source_, found.offset, found.size);
}

TileContext FileReader::context(int tile) const {
  return TileContext{&header_.bands, &header_.spec, &shared_, grid_.core(tile), latent_coder()};
}

}  // namespace sarinr
