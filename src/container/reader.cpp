#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "container/layout.h"
#include "sarinr/container/file.h"

namespace sarinr {

namespace {

/// The payload of a whole record, or nothing where length or checksum do not match.
std::optional<Bytes> checked_payload(const Bytes& record, std::uint64_t payload_size, std::uint32_t checksum_seed) {
  ByteReader reader(record);
  if (reader.varint() != payload_size || reader.left() != payload_size + checksum_size) return std::nullopt;
  const ByteView payload = reader.bytes(static_cast<std::size_t>(payload_size));
  if (crc32c(payload, checksum_seed) != reader.u32()) return std::nullopt;
  return Bytes(payload.begin(), payload.end());
}

struct FoundShared {
  QuantisedWeights weights;
  std::uint64_t record_size = 0;
};

/// The shared weights' record, which says its length itself; it starts at `begin` and ends at `end` at the latest.
Result<FoundShared> read_shared(const ByteSource& source, const FieldSpec& spec, std::uint64_t begin,
                                std::uint64_t end) {
  const std::string damaged = "the shared weights are damaged: ";
  const Result<Bytes> start = read_bytes(source, begin, std::min<std::uint64_t>(end - begin, 10));
  if (!start) return start.failure();
  const std::uint64_t payload_size = ByteReader(*start).varint();
  if (payload_size > end - begin || record_size(payload_size) > end - begin) {
    return Failure{damaged + "their length is out of range"};
  }
  FoundShared found;
  found.record_size = record_size(payload_size);
  const Result<Bytes> record = read_bytes(source, begin, found.record_size);
  if (!record) return record.failure();
  const std::optional<Bytes> payload = checked_payload(*record, payload_size, shared_checksum_seed());
  if (!payload) return Failure{damaged + "their checksum does not match"};
  ByteReader reader(*payload);
  Result<QuantisedWeights> weights = decode_weights(spec, false, reader);
  if (!weights) return Failure{damaged + weights.failure().message};
  if (reader.left() != 0) return Failure{damaged + "they hold more bytes than they should"};
  found.weights = std::move(*weights);
  return found;
}

/// A part of a source that others share.
class PartSource final : public ByteSource {
 public:
  PartSource(std::shared_ptr<const ByteSource> whole, std::uint64_t offset, std::uint64_t size)
      : whole_(std::move(whole)), offset_(offset), size_(size) {}
  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    return offset <= size_ && out.size() <= size_ - offset && whole_->read(offset_ + offset, out);
  }

 private:
  std::shared_ptr<const ByteSource> whole_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

}  // namespace

FileReader::FileReader(std::unique_ptr<ByteSource> source, FileHeader header)
    : source_(std::move(source)), header_(std::move(header)), grid_(header_.grid()) {}

Result<std::shared_ptr<const FileReader>> FileReader::open(std::unique_ptr<ByteSource> source) {
  Result<FoundHeader> header = read_header(*source);
  if (!header) return header.failure();
  Result<FoundIndex> found = read_index(*source, *header);
  if (!found) return found.failure();

  const std::shared_ptr<FileReader> reader(new FileReader(std::move(source), std::move(header->header)));
  reader->sizes_.file = reader->source_->size();
  reader->sizes_.metadata = header->metadata_size + found->index.summary.size() * summary_size;
  std::uint64_t offset = header->size;
  if (found->index.has_shared) {
    Result<FoundShared> shared = read_shared(*reader->source_, reader->header_.spec, offset, found->begin);
    if (!shared) return shared.failure();
    reader->shared_ = std::move(shared->weights);
    reader->sizes_.shared = shared->record_size;
    offset += shared->record_size;
  }
  if (is_latent(reader->header_.spec)) {
    if (!found->index.has_shared) return Failure{"the file is damaged: it has latent fields but not their networks"};
    Result<LatentCoder> coder = LatentCoder::make(reader->header_.spec, reader->shared_);
    if (!coder) return Failure{"the shared weights are damaged: " + coder.failure().message};
    reader->latent_coder_ = std::move(*coder);
  }
  reader->offsets_.reserve(found->index.payload_sizes.size() + 1);
  reader->offsets_.push_back(offset);
  for (const std::uint64_t payload_size : found->index.payload_sizes) {
    offset += sarinr::record_size(payload_size);
    reader->offsets_.push_back(offset);
    reader->sizes_.tiles += payload_size;
  }
  for (const StoredOverview& overview : found->index.overviews) {
    reader->overviews_.push_back({static_cast<int>(overview.factor), offset, overview.size});
    reader->sizes_.overviews += overview.size;
    offset += overview.size;
  }
  if (offset != found->begin) return Failure{"the index is damaged: the records do not fill the file"};
  reader->summary_ = std::move(found->index.summary);
  return std::shared_ptr<const FileReader>(reader);
}

FileSizes FileReader::sizes() const { return sizes_; }

std::uint64_t FileReader::record_size(int tile) const {
  return offsets_[static_cast<std::size_t>(tile) + 1] - offsets_[static_cast<std::size_t>(tile)];
}

std::string FileReader::place(int tile) const {
  const int columns = grid_.columns().count();
  return "tile " + std::to_string(tile) + " (column " + std::to_string(tile % columns) + ", row " +
         std::to_string(tile / columns) + ")";
}

Result<Bytes> FileReader::payload(int tile) const {
  if (tile < 0 || tile >= grid_.count()) {
    return Failure{"tile " + std::to_string(tile) + " does not exist: the file has " + std::to_string(grid_.count()) +
                   " tiles"};
  }
  const Result<Bytes> record = read_bytes(*source_, offsets_[static_cast<std::size_t>(tile)], record_size(tile));
  if (!record) return Failure{place(tile) + " cannot be read: " + record.failure().message};
  const std::uint64_t payload_size = ByteReader(*record).varint();
  std::optional<Bytes> payload;
  if (sarinr::record_size(payload_size) == record->size()) {
    payload = checked_payload(*record, payload_size, tile_checksum_seed(tile));
  }
  if (!payload) return Failure{place(tile) + " is damaged: its checksum does not match"};
  return std::move(*payload);
}

Result<TileContent> FileReader::tile(int tile) const {
  const Result<Bytes> bytes = payload(tile);
  if (!bytes) return bytes.failure();
  Result<TileContent> content = decode_tile(*bytes, context(tile));
  if (!content) return Failure{place(tile) + " is damaged: " + content.failure().message};
  return content;
}

std::unique_ptr<ByteSource> FileReader::overview(int index) const {
  const Overview& found = overviews_[static_cast<std::size_t>(index)];
  return std::make_unique<PartSource>(source_, found.offset, found.size);
}

TileContext FileReader::context(int tile) const {
  return TileContext{&header_.bands, &header_.spec, &shared_, grid_.core(tile), latent_coder()};
}

}  // namespace sarinr
