#include "scene/part_entries.h"

#include <algorithm>

#include "sarinr/scene/fit_work.h"

namespace sarinr {

namespace {

const Failure damaged{"an entry of it makes no sense"};
constexpr std::size_t totals_size = 25;  ///< of one channel, at least

}  // namespace

bool is_latent_start(const PartFile::Entry& entry) { return entry.kind == entry_kind::latent_start; }

bool is_tile(const PartFile::Entry& entry) { return entry.kind == entry_kind::tile; }

void ChannelTotals::add(const ErrorStatistics& errors) {
  add(ChannelTotals{errors.count(), errors.sum_of_squares(), errors.reference_low().value_or(0),
                    errors.reference_high().value_or(0)});
}

void ChannelTotals::add(const ChannelTotals& other) {
  if (other.count == 0) return;
  low = count == 0 ? other.low : std::min(low, other.low);
  high = count == 0 ? other.high : std::max(high, other.high);
  count += other.count;
  squares += other.squares;
}

ChannelSummary ChannelTotals::summary() const {
  const double mean = count == 0 ? 0 : squares / static_cast<double>(count);
  return {static_cast<float>(mean), static_cast<float>(low), static_cast<float>(high)};
}

Bytes encode(const LevelEntry& entry) {
  ByteWriter writer;
  writer.varint(static_cast<std::uint64_t>(entry.factor));
  writer.bytes(entry.header);
  return writer.take();
}

Result<LevelEntry> decode_level_entry(ByteView bytes) {
  ByteReader reader(bytes);
  const std::uint64_t factor = reader.varint();
  if (reader.failed() || factor < 1 || factor > largest_dimension) return damaged;
  const ByteView header = reader.bytes(reader.left());
  return LevelEntry{static_cast<int>(factor), Bytes(header.begin(), header.end())};
}

Bytes encode(const StartEntry& entry) {
  ByteWriter writer;
  writer.u8(entry.shared ? 1 : 0);
  writer.varint(entry.engine.size());
  writer.text(entry.engine);
  encode_weights(entry.weights, writer);
  return writer.take();
}

Result<StartEntry> decode_start_entry(ByteView bytes, const FieldSpec& spec) {
  ByteReader reader(bytes);
  StartEntry entry;
  entry.shared = reader.u8() != 0;
  const std::uint64_t length = reader.varint();
  if (reader.failed() || length > reader.left()) return damaged;
  const ByteView engine = reader.bytes(static_cast<std::size_t>(length));
  entry.engine.assign(engine.begin(), engine.end());
  Result<QuantisedWeights> weights = decode_weights(spec, false, reader);
  if (!weights) return weights.failure();
  entry.weights = std::move(*weights);
  return entry;
}

Bytes encode(const TileEntry& entry) {
  ByteWriter writer;
  writer.u8(entry.has_network ? 1 : 0);
  writer.varint(entry.epochs);
  for (const ChannelTotals& totals : entry.totals) {
    writer.varint(totals.count);
    for (const double number : {totals.squares, totals.low, totals.high}) writer.f64(number);
  }
  writer.bytes(entry.payload);
  return writer.take();
}

Result<TileEntry> decode_tile_entry(ByteView bytes, int channels) {
  ByteReader reader(bytes);
  TileEntry entry;
  entry.has_network = reader.u8() != 0;
  entry.epochs = reader.varint();
  if (static_cast<std::size_t>(channels) * totals_size > reader.left()) return damaged;
  for (int c = 0; c < channels; ++c) {
    ChannelTotals& totals = entry.totals.emplace_back();
    totals.count = reader.varint();
    totals.squares = reader.f64();
    totals.low = reader.f64();
    totals.high = reader.f64();
  }
  if (reader.failed()) return damaged;
  const ByteView payload = reader.bytes(reader.left());
  entry.payload.assign(payload.begin(), payload.end());
  return entry;
}

}  // namespace sarinr
