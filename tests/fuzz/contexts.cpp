#include "fuzz/contexts.h"

#include "codec/latent_grids.h"
#include "sarinr/base/random.h"

namespace sarinr::fuzz {

namespace {

Context make_context(std::vector<BandModel> bands, const std::string& name, bool shared) {
  Context context;
  FileHeader& header = context.header;
  header.width = 9;
  header.height = 7;
  header.tile_size = 8;
  header.overlap = 2;
  header.bands = std::move(bands);
  header.spec = FieldSpec{name, std::max(1, header.channels()), 4, 1, {}};
  for (const ParameterInfo& parameter : architecture(name).parameters()) {
    header.spec.parameters.push_back(static_cast<float>(parameter.value));
  }
  header.metadata = R"({"raster":{"crs":"EPSG:32633"}})";
  if (shared) context.shared = made_weights(header.spec, 1000, false);
  return context;
}

std::vector<PixelClass> made_mask(const BandModel& band, std::size_t pixels, std::uint64_t seed) {
  Random random(seed);
  std::vector<PixelClass> classes{PixelClass::valid, PixelClass::masked};
  if (band.nodata) classes.push_back(PixelClass::nodata);
  if (!is_integer(band.type)) classes.push_back(PixelClass::not_a_number);
  std::vector<PixelClass> mask(pixels);
  for (std::size_t i = 0; i < pixels; ++i) mask[i] = classes[(i / 5 + random.bits() % 2) % classes.size()];
  return mask;
}

}  // namespace

QuantisedWeights made_weights(const FieldSpec& spec, std::uint64_t seed, bool difference) {
  Random random(seed);
  QuantisedWeights weights;
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    QuantisedTensor quantised{-8, difference, {}};
    for (std::size_t i = 0; i < tensor.size(); ++i) {
      quantised.symbols.push_back(static_cast<std::int32_t>(random.bits() % 31) - 15);
    }
    weights.tensors.push_back(std::move(quantised));
  }
  return weights;
}

const std::vector<Context>& contexts() {
  static const std::vector<Context> all = [] {
    const BandModel amplitude{Quantity::amplitude, PixelType::u16, 0.0};
    const BandModel power{Quantity::power, PixelType::f32, -9999.0};
    const BandModel decibel{Quantity::decibel, PixelType::f64, {}};
    const BandModel complex{Quantity::complex, PixelType::cf32, {}};
    const BandModel classes{Quantity::categorical, PixelType::u8, 255.0};
    std::vector<Context> made;
    made.push_back(make_context({amplitude}, "siren", true));
    made.push_back(make_context({power, power, classes}, "finer", true));
    made.push_back(make_context({complex}, "gauss", false));
    made.push_back(make_context({decibel, amplitude, complex, classes}, "pemlp", false));
    made.push_back(make_context({classes}, "relu", false));
    return made;
  }();
  return all;
}

std::vector<TileContent> made_tiles(const Context& context) {
  const Extent core = context.header.grid().core(0);
  const std::size_t pixels = static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height);
  const std::vector<BandModel>& bands = context.header.bands;
  std::vector<TileContent> tiles;
  for (const bool network : {false, true}) {
    for (const bool masked : {false, true}) {
      TileContent tile;
      tile.masks.resize(bands.size());
      tile.exact.resize(bands.size());
      for (std::size_t b = 0; b < bands.size(); ++b) {
        const bool categorical = bands[b].quantity == Quantity::categorical;
        if (categorical) tile.exact[b] = Bytes(pixels * bytes_per_pixel(bands[b].type), 7);
        if (masked && !categorical) tile.masks[b] = made_mask(bands[b], pixels, b);
      }
      const bool has_network = network && context.header.channels() > 0;
      const auto kind = has_network ? ChannelModel::Kind::network : ChannelModel::Kind::constant;
      tile.channels.assign(static_cast<std::size_t>(context.header.channels()), {kind, 10, has_network ? 2.0f : 1.0f});
      if (has_network) tile.weights = made_weights(context.header.spec, 3, !context.shared.empty());
      tiles.push_back(std::move(tile));
    }
  }
  TileContent lossless;
  lossless.kind = TileContent::Kind::lossless;
  lossless.masks.resize(bands.size());
  for (const BandModel& band : bands) {
    Bytes& samples = lossless.exact.emplace_back(pixels * bytes_per_pixel(band.type));
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::uint8_t>(i * i);
  }
  tiles.push_back(lossless);
  TileContent sampled = std::move(lossless);
  sampled.kind = TileContent::Kind::sampled;
  sampled.bound = {SampleBound::Kind::absolute, 3};
  tiles.push_back(std::move(sampled));
  return tiles;
}

const std::vector<LatentCase>& latent_cases() {
  static const std::vector<LatentCase> all = [] {
    std::vector<LatentCase> cases;
    for (const int channels : {1, 2}) {
      LatentShape shape;
      shape.channels = channels;
      shape.levels = 3 + channels;
      shape.neighbours = 12 * channels;
      const FieldSpec spec = latent_spec(shape);
      const QuantisedWeights networks = testing_support::random_networks(spec, 5);
      cases.push_back({shape, LatentCoder::make(spec, networks).value_or_throw("made-up networks")});
    }
    return cases;
  }();
  return all;
}

}  // namespace sarinr::fuzz
