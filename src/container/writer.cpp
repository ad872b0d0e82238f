#include <string>

#include "container/layout.h"
#include "sarinr/base/error.h"
#include "sarinr/container/file.h"

namespace sarinr {

FileWriter::FileWriter(ByteSink& sink, const FileHeader& header)
    : sink_(sink), spec_(header.spec), grid_(header.grid()), channel_count_(header.channels()) {
  const EncodedHeader encoded = encode_measured_header(header);
  header_checksum_ = encoded.checksum;
  sizes_.metadata = encoded.metadata_size;
  emit(encoded.bytes);
}

void FileWriter::write_shared(const QuantisedWeights& shared) {
  if (shared_written_ || !record_sizes_.empty()) {
    throw Error("shared weights are written once, before the first tile", ErrorKind::internal);
  }
  for (const QuantisedTensor& tensor : shared.tensors) {
    if (tensor.difference) throw Error("shared weights cannot be differences", ErrorKind::internal);
  }
  if (shared.empty()) return;
  if (is_latent(spec_)) {
    const Result<LatentCoder> coder = LatentCoder::make(spec_, shared);
    if (!coder) throw Error("the networks cannot be written: " + coder.failure().message, ErrorKind::internal);
  }
  ByteWriter writer;
  encode_weights(shared, writer);
  emit_record(writer.view(), shared_checksum_seed());
  sizes_.shared = record_size(writer.size());
  shared_written_ = true;
}

void FileWriter::append_tile(ByteView payload) {
  const int tile = static_cast<int>(record_sizes_.size());
  if (is_latent(spec_) && !shared_written_) {
    throw Error("the networks of latent fields are written before the first tile", ErrorKind::internal);
  }
  if (tile >= grid_.count()) throw Error("more tiles than the file has room for", ErrorKind::internal);
  if (payload.size() > largest_payload) {
    throw Error("tile " + std::to_string(tile) + " takes " + std::to_string(payload.size()) +
                " bytes, more than a record can hold: choose smaller tiles");
  }
  emit_record(payload, tile_checksum_seed(tile));
  sizes_.tiles += payload.size();
  record_sizes_.push_back(payload.size());
}

void FileWriter::append_overview(int factor, ByteView file) {
  if (static_cast<int>(record_sizes_.size()) != grid_.count()) {
    throw Error("overviews stand behind the last tile", ErrorKind::internal);
  }
  if (factor < 2 || (!overviews_.empty() && factor <= overviews_.back().first) || overviews_.size() == most_overviews) {
    throw Error("overviews are written finest first, at most " + std::to_string(most_overviews), ErrorKind::internal);
  }
  emit(file);
  sizes_.overviews += file.size();
  overviews_.emplace_back(factor, file.size());
}

void FileWriter::finish(const std::vector<ChannelSummary>& summary, const SpeckleModel& speckle) {
  if (static_cast<int>(record_sizes_.size()) != grid_.count()) {
    throw Error("the file is not complete: " + std::to_string(record_sizes_.size()) + " of " +
                    std::to_string(grid_.count()) + " tiles are written",
                ErrorKind::internal);
  }
  if (static_cast<int>(summary.size()) != channel_count_) {
    throw Error("the summary does not have one entry a channel", ErrorKind::internal);
  }
  sizes_.metadata += summary.size() * summary_size;
  Index index{shared_written_, {}, record_sizes_, summary, {}};
  if (!speckle.channels.empty()) index.speckle = encode_speckle(speckle, grid_);
  sizes_.speckle = index.speckle.size();
  for (const auto& [factor, size] : overviews_) index.overviews.push_back({static_cast<std::uint64_t>(factor), size});
  emit(encode_index(index, header_checksum_));
}

void FileWriter::emit(ByteView bytes) {
  sink_.write(bytes);
  sizes_.file += bytes.size();
}

void FileWriter::emit_record(ByteView payload, std::uint32_t checksum_seed) {
  emit(encode_record(payload, checksum_seed));
}

}  // namespace sarinr
