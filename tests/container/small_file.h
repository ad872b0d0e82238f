#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sarinr/base/random.h"
#include "sarinr/container/file.h"

namespace sarinr::testing_support {

class MemorySink final : public ByteSink {
 public:
  void write(ByteView view) override { bytes.insert(bytes.end(), view.begin(), view.end()); }
  void commit() override {}
  Bytes bytes;
};

inline FileHeader small_header(int width, int height) {
  FileHeader header;
  header.width = width;
  header.height = height;
  header.tile_size = 8;
  header.overlap = 2;
  header.bands = {{Quantity::amplitude, PixelType::u16, 0.0}, {Quantity::categorical, PixelType::u8, {}}};
  header.spec = FieldSpec{"siren", 1, 4, 0, {30.0f, 30.0f}};
  header.metadata = R"({"raster":{"crs":"EPSG:32633"},"fit":{"engine":"cpu"}})";
  return header;
}

inline QuantisedWeights small_weights(const FieldSpec& spec, std::uint64_t seed, bool difference) {
  Random random(seed);
  QuantisedWeights weights;
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    QuantisedTensor quantised{-10, difference, {}};
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      quantised.symbols.push_back(static_cast<std::int32_t>(random.bits() % 9) - 4);
    }
    weights.tensors.push_back(quantised);
  }
  return weights;
}

inline TileContent small_tile(const FileHeader& header, int tile) {
  const Extent core = header.grid().core(tile);
  TileContent content;
  content.masks.resize(2);
  content.channels = {{ChannelModel::Kind::network, 10.0 + tile, 2.0f}};
  content.weights = small_weights(header.spec, static_cast<std::uint64_t>(tile), true);
  content.exact = {{},
                   Bytes(static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height),
                         static_cast<std::uint8_t>(tile))};
  return content;
}

/// A whole file of a few hundred bytes: tiles that differ, shared weights, a categorical band.
inline Bytes small_file(const FileHeader& header, const SpeckleModel& speckle = {}) {
  MemorySink sink;
  FileWriter writer(sink, header);
  const QuantisedWeights shared = small_weights(header.spec, 1000, false);
  writer.write_shared(shared);
  for (int tile = 0; tile < header.grid().count(); ++tile) {
    writer.append_tile(
        encode_tile(small_tile(header, tile), {&header.bands, &header.spec, &shared, header.grid().core(tile)}));
  }
  writer.finish({{0.5f, -1.0f, 40.0f}}, speckle);
  return std::move(sink.bytes);
}

inline std::string open_failure(Bytes bytes) {
  const auto file = FileReader::open(memory_source(std::move(bytes)));
  return file ? "no failure" : file.failure().message;
}

}  // namespace sarinr::testing_support
