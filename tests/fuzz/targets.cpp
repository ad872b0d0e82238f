#include "fuzz/targets.h"

#include <algorithm>
#include <stdexcept>

#include "codec/tile_masks.h"
#include "container/layout.h"
#include "fuzz/contexts.h"
#include "fuzz/seeds.h"
#include "sarinr/container/repair.h"
#include "sarinr/render/renderer.h"

namespace sarinr::fuzz {

namespace {

void promise(bool kept, const char* sentence) {
  if (!kept) throw std::logic_error(sentence);
}

class BytesSink final : public ByteSink {
 public:
  void write(ByteView view) override { bytes.insert(bytes.end(), view.begin(), view.end()); }
  void commit() override {}
  Bytes bytes;
};

/// The input without its first byte, which chooses among the contexts.
struct Choice {
  explicit Choice(ByteView input)
      : context(contexts()[input.empty() ? 0 : input[0] % contexts().size()]),
        rest(input.empty() ? input : input.subspan(1)) {}
  const Context& context;
  ByteView rest;
};

/// A header's bytes behind the version, without the checksum.
void run_header(ByteView input) {
  ByteWriter writer;
  writer.text(magic);
  writer.u8(format_version);
  writer.bytes(input);
  writer.u32(crc32c(writer.view()));
  const Result<FoundHeader> found = read_header(*memory_source(writer.take()));
  if (!found || found->header.metadata.size() > 4096) return;
  const Result<FoundHeader> again = read_header(*memory_source(encode_header(found->header)));
  promise(static_cast<bool>(again), "a header that was read cannot be written");
  promise(again->header.spec.width == found->header.spec.width && again->header.metadata == found->header.metadata &&
              again->header.bands.size() == found->header.bands.size(),
          "a header changes when it is written");
}

/// One byte each for columns, rows and flags of a file's grid, two for its records' bytes; then an index as it lies in
/// the file.
void run_index(ByteView input) {
  if (input.size() < 5) return;
  FileHeader header = contexts()[input[2] % contexts().size()].header;
  header.width = 8 * (1 + input[0] % 40);
  header.height = 8 * (1 + input[1] % 40);
  const EncodedHeader encoded = encode_measured_header(header);
  ByteWriter writer;
  writer.bytes(encoded.bytes);
  writer.bytes(Bytes(static_cast<std::size_t>(input[3]) << 8 | input[4]));
  const ByteView index = input.subspan(5);
  writer.bytes(index);
  writer.u32(crc32c(index, encoded.checksum));
  writer.text(end_mark);
  const std::uint64_t size = writer.size();
  const auto source = memory_source(writer.take());
  const FoundHeader found{header, encoded.bytes.size(), encoded.metadata_size, encoded.checksum};
  const Result<Places> places = read_places(*source, found);
  if (!places) return;
  std::uint64_t end = places->shared.known() ? places->shared.end() : found.size;
  for (const RecordPlace& tile : places->tiles) {
    promise(tile.offset == end, "records do not follow each other");
    end = tile.end();
  }
  promise(end <= size && static_cast<int>(places->tiles.size()) == header.grid().count(), "records beyond the file");
}

class OneTile final : public FieldSource {
 public:
  explicit OneTile(TileField field) : field_(std::make_shared<const TileField>(std::move(field))) {}
  std::shared_ptr<const TileField> field(int) const override { return field_; }

 private:
  std::shared_ptr<const TileField> field_;
};

/// A tile that was read can be evaluated.
void evaluate(const Context& context, TileContent content) {
  const FileHeader& header = context.header;
  TileField field;
  field.content = std::move(content);
  field.weights = dequantise(header.spec, field.content.weights, &context.shared);
  const Renderer renderer({header.grid(), header.bands, header.spec}, std::make_shared<OneTile>(std::move(field)));
  const Extent core = header.grid().core(0);
  const auto samples = renderer.native(core);
  promise(samples.size() == header.bands.size(), "bands are missing");
  static_cast<void>(renderer.points({0.0, 4.25, 9.0}, {0.0, 3.5, 7.0}));
}

void run_record(ByteView input) {
  const Choice choice(input);
  const TileContext context = choice.context.tile();
  Result<TileContent> content = decode_tile(choice.rest, context);
  if (!content) return;
  promise(content->masks.size() == context.bands->size() && content->exact.size() == context.bands->size(),
          "a tile has masks and samples for other bands");
  promise(static_cast<bool>(decode_tile(encode_tile(*content, context), context)),
          "a tile that was read cannot be written");
  evaluate(choice.context, std::move(*content));
}

void run_masks(ByteView input) {
  const Choice choice(input);
  const TileContext context = choice.context.tile();
  ByteReader reader(choice.rest);
  const Result<std::vector<ClassMap>> masks = read_masks(*context.bands, context.core, reader);
  if (!masks) return;
  ByteWriter writer;
  write_masks(*masks, *context.bands, context.core, writer);
  ByteReader again(writer.view());
  promise(static_cast<bool>(read_masks(*context.bands, context.core, again)), "masks that were read cannot be written");
}

void run_weights(ByteView input) {
  const Choice choice(input);
  ByteReader reader(choice.rest);
  const FieldSpec& spec = choice.context.header.spec;
  const bool has_shared = !choice.context.shared.empty();
  const Result<QuantisedWeights> weights = decode_weights(spec, has_shared, reader);
  if (!weights) return;
  ByteWriter writer;
  encode_weights(*weights, writer);
  ByteReader again(writer.view());
  const Result<QuantisedWeights> copy = decode_weights(spec, has_shared, again);
  promise(copy && again.left() == 0, "weights that were read cannot be written");
  for (std::size_t t = 0; t < weights->tensors.size(); ++t) {
    promise(copy->tensors[t].symbols == weights->tensors[t].symbols, "weights change when they are written");
  }
}

/// A byte that chooses a shape, one each for the core's width and height, then a tile's stream of latent grids.
void run_latents(ByteView input) {
  if (input.size() < 3) return;
  const LatentCase& chosen = latent_cases()[input[0] % latent_cases().size()];
  const Extent core{0, 0, 1 + input[1] % 48, 1 + input[2] % 48};
  const std::vector<bool> coded(static_cast<std::size_t>(chosen.shape.channels), true);
  const Result<LatentGrids> grids = chosen.coder.decode(input.subspan(3), core, coded);
  if (!grids) return;
  promise(grids->symbols.size() == static_cast<std::size_t>(chosen.shape.inputs()), "grids are missing");
  const Result<LatentGrids> again = chosen.coder.decode(chosen.coder.encode(*grids, core, coded), core, coded);
  promise(again && again->symbols == grids->symbols, "grids change when they are written");
}

/// A whole file, whose header's checksum is made right.
void run_file(ByteView input) {
  Bytes bytes(input.begin(), input.end());
  Bytes start;
  const Result<FoundHeader> measured = measure_header(*memory_source(bytes), start);
  if (measured) {
    const std::size_t size = static_cast<std::size_t>(measured->size) - checksum_size;
    ByteWriter checksum;
    checksum.u32(crc32c(ByteView(bytes).first(size)));
    std::copy(checksum.view().begin(), checksum.view().end(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }
  const auto strict = FileReader::open(memory_source(bytes));
  const auto left = FileReader::open(memory_source(bytes), OnDamage::accept);
  promise(left || !strict, "a sound file is refused where damage is accepted");
  if (!left) return;
  const FileHeader& header = (*left)->header();
  if (std::int64_t{header.width} * header.height > 4096 || header.bands.size() > 8 || header.spec.width > 64) return;
  if (const Result<SpeckleModel> speckle = (*left)->speckle()) {
    for (const SpeckleChannel& channel : speckle->channels) {
      for (const std::int8_t level : channel.levels) {
        promise(level >= least_speckle_level && level <= greatest_speckle_level,
                "a level of speckle beyond its limits");
      }
    }
  }
  const std::vector<Damage> damage = (*left)->verify();
  for (const Damage& found : damage) {
    promise(found.offset + found.size <= bytes.size(), "damage lies beyond the file");
  }
  BytesSink sink;
  const Result<RepairReport> report = repair_file(memory_source(bytes), sink);
  promise(static_cast<bool>(report), "a file that can be read in part cannot be repaired");
  const auto repaired = FileReader::open(memory_source(sink.bytes));
  promise(static_cast<bool>(repaired), "a repaired file cannot be opened");
  promise(!damage.empty() || sink.bytes == bytes, "the repair of a sound file is another file");
  promise((*repaired)->verify().size() <= report->lost_tiles.size(), "a repaired file has damage that was not told");
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"header", run_header, header_seeds},   {"index", run_index, index_seeds},
      {"record", run_record, record_seeds},   {"masks", run_masks, mask_seeds},
      {"weights", run_weights, weight_seeds}, {"latents", run_latents, latent_seeds},
      {"file", run_file, file_seeds}};
  return all;
}

}  // namespace sarinr::fuzz
