#include "sarinr/scene/field_file.h"

#include <algorithm>

#include "sarinr/base/error.h"
#include "scene/tile_fields.h"

namespace sarinr {

std::shared_ptr<FieldFile> FieldFile::open(std::unique_ptr<ByteSource> source, const std::string& name,
                                           std::size_t cached_tiles) {
  std::shared_ptr<FieldFile> file(new FieldFile);
  file->reader_ = FileReader::open(std::move(source)).value_or_throw(name);
  const FileHeader& header = file->reader_->header();
  const auto decode = [reader = file->reader_, name](int tile) { return reader->tile(tile).value_or_throw(name); };
  auto fields = std::make_shared<TileFields>(header.grid(), header.spec, file->reader_->shared(), header.overlap,
                                             decode, name, cached_tiles);
  file->renderer_ = std::make_unique<Renderer>(FieldLayout{header.grid(), header.bands, header.spec}, fields);
  file->name_ = name;
  file->cached_tiles_ = cached_tiles;
  file->overviews_.resize(static_cast<std::size_t>(file->overview_count()));
  return file;
}

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
      !std::equal(own.bands.begin(), own.bands.end(), header().bands.begin(), header().bands.end(), same)) {
    throw Error(name + " does not fit the file that holds it");
  }
  kept = std::move(opened);
  return kept;
}

}  // namespace sarinr
