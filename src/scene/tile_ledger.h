#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "sarinr/container/part_file.h"
#include "sarinr/scene/fit_work.h"
#include "scene/fit_levels.h"

namespace sarinr {

/// Hands out the tiles of a job and takes what was made of them. Thread-safe.
class TileLedger {
 public:
  virtual ~TileLedger() = default;
  /// The next tiles of a level, ascending, at most `most`; none where all are handed out.
  virtual std::vector<int> take(int level, int most) = 0;
  /// An entry (scene/part_entries.h) to keep. Entries of levels and starts that are there already must be the same.
  virtual void put(std::uint8_t kind, std::uint64_t number, ByteView payload) = 0;
  /// A level's or start's entry, where there is one.
  virtual std::optional<Bytes> find(std::uint8_t kind, std::uint64_t number) = 0;
};

/// Of the process that holds the part file.
class PartLedger final : public TileLedger {
 public:
  /// Tiles that the part file has are not handed out again.
  PartLedger(PartFile& part, const std::vector<FitLevel>& levels, const TileRange& range);
  std::vector<int> take(int level, int most) override;
  void put(std::uint8_t kind, std::uint64_t number, ByteView payload) override;
  std::optional<Bytes> find(std::uint8_t kind, std::uint64_t number) override;
  /// Tiles that were not there at the beginning.
  std::size_t wanted() const { return wanted_; }

 private:
  PartFile& part_;
  std::mutex mutex_;
  std::vector<std::deque<int>> waiting_;  ///< [level]
  std::map<std::pair<std::uint8_t, std::uint64_t>, Bytes> kept_;
  std::size_t wanted_ = 0;
};

}  // namespace sarinr
