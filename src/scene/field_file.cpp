#include "sarinr/scene/field_file.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "sarinr/base/error.h"
#include "sarinr/scene/samples.h"
#include "scene/tile_fields.h"

namespace sarinr {

/// The tiles of a file that could not be read, and why.
class LeftOutTiles {
 public:
  void add(int tile, const std::string& why) {
    const std::lock_guard lock(mutex_);
    why_[tile] = why;
  }
  std::map<int, std::string> all() const {
    const std::lock_guard lock(mutex_);
    return why_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::string> why_;
};

namespace {

/// What stands for a tile that cannot be read.
TileContent masked_tile(const FileHeader& header, const Extent& core) {
  const std::size_t pixels = static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height);
  TileContent content;
  content.masks.assign(header.bands.size(), std::vector<PixelClass>(pixels, PixelClass::masked));
  content.channels.resize(static_cast<std::size_t>(header.channels()));
  content.exact.resize(header.bands.size());
  return content;
}

/// Decodes a tile; one that cannot be read is an Error or, if damage is accepted, masked.
TileFields::Decode decoder(const std::shared_ptr<const FileReader>& reader, const std::string& name, OnDamage on_damage,
                           const std::shared_ptr<LeftOutTiles>& left_out) {
  return [=](int tile) {
    Result<TileContent> content = reader->tile(tile);
    if (!content && on_damage == OnDamage::accept) {
      left_out->add(tile, content.failure().message);
      return masked_tile(reader->header(), reader->grid().core(tile));
    }
    if (!content) throw Error(name + ": " + content.failure().message + "; sarinr info --verify lists all damage");
    return std::move(*content);
  };
}

}  // namespace

std::shared_ptr<FieldFile> FieldFile::open(std::unique_ptr<ByteSource> source, const std::string& name,
                                           std::size_t cached_tiles, OnDamage on_damage) {
  std::shared_ptr<FieldFile> file(new FieldFile);
  file->reader_ = FileReader::open(std::move(source), on_damage).value_or_throw(name);
  const FileHeader& header = file->reader_->header();
  file->left_out_ = std::make_shared<LeftOutTiles>();
  auto fields =
      std::make_shared<TileFields>(header.grid(), header.spec, file->reader_->shared(), header.overlap,
                                   decoder(file->reader_, name, on_damage, file->left_out_), name, cached_tiles);
  file->renderer_ = std::make_unique<Renderer>(FieldLayout{header.grid(), header.bands, header.spec}, fields);
  file->fields_ = std::move(fields);
  file->on_damage_ = on_damage;
  file->name_ = name;
  file->cached_tiles_ = cached_tiles;
  // Reduced scenes would show what their tiles no longer do.
  const int overviews = on_damage == OnDamage::accept ? 0 : file->reader_->overview_count();
  file->overviews_.resize(static_cast<std::size_t>(overviews));
  return file;
}

void FieldFile::add_speckle(std::uint64_t seed) {
  if (!promise_of(header().metadata).empty()) {
    throw Error(name_ + " keeps the samples, speckle and all: there is none to put back, render it without --speckle");
  }
  SpeckleModel model = reader_->speckle().value_or_throw(name_);
  if (model.channels.empty()) {
    throw Error(name_ + " keeps nothing of the speckle that its fields lack: fit it with --keep-speckle");
  }
  auto texture = std::make_shared<const SpeckleTexture>(std::move(model), header().bands, header().grid(), seed);
  renderer_ = std::make_unique<Renderer>(renderer_->layout(), fields_, std::move(texture));
  overviews_.clear();
}

std::map<int, std::string> FieldFile::left_out() const { return left_out_->all(); }

std::shared_ptr<const FieldFile> FieldFile::overview(int index) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const FieldFile>& kept = overviews_[static_cast<std::size_t>(index)];
  if (kept) return kept;
  const int factor = overview_factor(index);
  const std::string name = name_ + ", overview 1/" + std::to_string(factor);
  std::shared_ptr<const FieldFile> opened = open(reader_->overview(index), name, cached_tiles_);
  const FileHeader& own = opened->header();
  const auto same = [](const BandModel& a, const BandModel& b) { return a.quantity == b.quantity && a.type == b.type; };
  if (own.width != reduced_length(header().width, factor) || own.height != reduced_length(header().height, factor) ||
      !std::equal(own.bands.begin(), own.bands.end(), header().bands.begin(), header().bands.end(), same) ||
      opened->overview_count() > 0) {
    throw Error(name + " does not fit the file that holds it");
  }
  kept = std::move(opened);
  return kept;
}

}  // namespace sarinr
