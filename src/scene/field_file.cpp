#include "sarinr/scene/field_file.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <unordered_map>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// Decodes tiles on demand and keeps those used last. Two threads that miss the same tile may both decode it: that
/// costs less than making every other thread wait.
class CachedFields final : public FieldSource {
 public:
  CachedFields(std::shared_ptr<const FileReader> reader, std::string name, std::size_t capacity)
      : reader_(std::move(reader)), name_(std::move(name)), capacity_(capacity) {}

  std::shared_ptr<const TileField> field(int tile) const override {
    {
      const std::lock_guard lock(mutex_);
      const auto found = entries_.find(tile);
      if (found != entries_.end()) {
        order_.splice(order_.begin(), order_, found->second.place);
        return found->second.field;
      }
    }
    std::shared_ptr<const TileField> field = decode(tile);
    const std::lock_guard lock(mutex_);
    if (entries_.contains(tile)) return field;
    order_.push_front(tile);
    entries_[tile] = {field, order_.begin()};
    if (entries_.size() > capacity_) {
      entries_.erase(order_.back());
      order_.pop_back();
    }
    return field;
  }

 private:
  struct Entry {
    std::shared_ptr<const TileField> field;
    std::list<int>::iterator place;
  };

  std::shared_ptr<const TileField> decode(int tile) const {
    auto field = std::make_shared<TileField>();
    field->content = reader_->tile(tile).value_or_throw(name_);
    if (!field->content.weights.empty()) {
      field->weights = dequantise(reader_->header().spec, field->content.weights, &reader_->shared());
      field->content.weights = {};
    }
    return field;
  }

  std::shared_ptr<const FileReader> reader_;
  std::string name_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  mutable std::list<int> order_;
  mutable std::unordered_map<int, Entry> entries_;
};

}  // namespace

std::shared_ptr<FieldFile> FieldFile::open(std::unique_ptr<ByteSource> source, const std::string& name,
                                           std::size_t cached_tiles) {
  std::shared_ptr<FieldFile> file(new FieldFile);
  file->reader_ = FileReader::open(std::move(source)).value_or_throw(name);
  const FileHeader& header = file->reader_->header();
  auto fields = std::make_shared<CachedFields>(file->reader_, name, cached_tiles);
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
