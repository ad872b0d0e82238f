#include "scene/latent_work.h"

#include "sarinr/base/error.h"
#include "sarinr/scene/fit_work.h"
#include "scene/part_entries.h"

namespace sarinr {

namespace {

Result<LatentStart> decode_start(ByteView bytes) {
  ByteReader reader(bytes);
  LatentStart start;
  start.networks.lambda = reader.f64();
  const std::uint64_t tiles = reader.varint();
  if (tiles > reader.left() / sizeof(double)) return Failure{"an entry of it makes no sense"};
  for (std::uint64_t tile = 0; tile < tiles; ++tile) start.expected.push_back(reader.f64());
  const Result<FieldSpec> spec = read_field_spec(reader);
  if (!spec) return spec.failure();
  if (!is_latent(*spec)) return Failure{"its networks are not those of latent fields"};
  start.networks.shape = latent_shape(*spec);
  Result<QuantisedWeights> weights = decode_weights(*spec, false, reader);
  if (!weights) return weights.failure();
  start.networks.weights = std::move(*weights);
  return start;
}

}  // namespace

LatentWork::LatentWork(PartFile* part) : part_(part) {
  if (part_ == nullptr) return;
  for (const PartFile::Entry& entry : part_->entries()) {
    if (entry.kind == entry_kind::latent_start) {
      start_ = decode_start(read(entry)).value_or_throw(part_->name());
    } else if (entry.kind == entry_kind::latent_overview) {
      overviews_[static_cast<int>(entry.number)] = entry;
    } else if (is_tile(entry)) {
      tiles_[static_cast<int>(entry.number)] = entry;
    }
  }
}

Bytes LatentWork::read(const PartFile::Entry& entry) const { return part_->read(entry).value_or_throw(part_->name()); }

void LatentWork::keep(const LatentStart& start) {
  if (part_ == nullptr) return;
  ByteWriter writer;
  writer.f64(start.networks.lambda);
  writer.varint(start.expected.size());
  for (const double expected : start.expected) writer.f64(expected);
  write(latent_spec(start.networks.shape), writer);
  encode_weights(start.networks.weights, writer);
  part_->append(entry_kind::latent_start, 0, writer.view());
}

std::optional<Bytes> LatentWork::overview(int level) const {
  const auto found = overviews_.find(level);
  if (found == overviews_.end()) return std::nullopt;
  return read(found->second);
}

void LatentWork::keep_overview(int level, ByteView file) {
  if (part_ != nullptr) part_->append(entry_kind::latent_overview, static_cast<std::uint64_t>(level), file);
}

LatentWork::Tile LatentWork::tile(int tile, const LatentCoder& coder, const Extent& core,
                                  const std::vector<bool>& coded) const {
  const Bytes bytes = read(tiles_.at(tile));
  ByteReader reader(bytes);
  Tile done;
  done.spent = reader.f64();
  const ByteView stream = reader.bytes(reader.left());
  const std::string name = part_->name() + ", tile " + std::to_string(tile);
  if (!stream.empty()) done.grids = coder.decode(stream, core, coded).value_or_throw(name);
  return done;
}

void LatentWork::keep(int tile, double spent, ByteView grids) {
  if (part_ == nullptr) return;
  ByteWriter writer;
  writer.f64(spent);
  writer.bytes(grids);
  part_->append(entry_kind::tile, static_cast<std::uint64_t>(tile), writer.view());
}

}  // namespace sarinr
