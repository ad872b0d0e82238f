#include <map>
#include <mutex>
#include <utility>

#include "sarinr/base/error.h"
#include "sarinr/scene/fit_work.h"
#include "scene/fit_levels.h"
#include "scene/latent_overviews.h"
#include "scene/part_entries.h"
#include "scene/rank_ledger.h"

namespace sarinr {

namespace {

using Key = std::pair<std::uint8_t, std::uint64_t>;

/// Of rank 0, which holds the part file: gives others what was there before, and takes what they make. Shares are
/// fixed, so it has no tiles to hand out.
class GatheringLedger final : public TileLedger {
 public:
  explicit GatheringLedger(PartFile& part) : part_(part) {
    for (const PartFile::Entry& entry : part.entries()) before_[{entry.kind, entry.number}] = entry;
  }

  /// Something, so that a rank sees that it is not dismissed.
  std::vector<int> take(int, int) override { return {0}; }

  void put(std::uint8_t kind, std::uint64_t number, ByteView payload) override {
    if (kind != entry_kind::latent_start) {
      part_.append(kind, number, payload);
      return;
    }
    const std::lock_guard lock(mutex_);
    starts_.emplace_back(payload.begin(), payload.end());
  }

  std::optional<Bytes> find(std::uint8_t kind, std::uint64_t number) override {
    const auto found = before_.find({kind, number});
    if (found == before_.end()) return std::nullopt;
    return part_.read(found->second).value_or_throw(part_.name());
  }

  /// Throws an Error where others trained other networks than rank 0.
  void check_networks() {
    const std::lock_guard lock(mutex_);
    for (const PartFile::Entry& entry : part_.entries()) {
      if (!is_latent_start(entry)) continue;
      const Bytes own = part_.read(entry).value_or_throw(part_.name());
      for (const Bytes& other : starts_) {
        if (own == other) continue;
        throw Error("the processes of this job trained different networks: run them on machines of one kind");
      }
    }
  }

 private:
  PartFile& part_;
  std::map<Key, PartFile::Entry> before_;
  std::mutex mutex_;
  std::vector<Bytes> starts_;
};

/// Sends what a part file has gained to rank 0, whenever a step is done.
class SendingListener final : public JobListener {
 public:
  SendingListener(JobListener& listener, const PartFile& part, TileLedger& ledger)
      : listener_(listener), part_(part), ledger_(ledger), sent_(part.entries().size()) {}
  void message(const std::string& sentence) override { listener_.message(sentence); }
  void warning(const std::string& sentence) override { listener_.warning(sentence); }
  bool progress(double done, double total, std::optional<double> psnr) override {
    send();
    return listener_.progress(done, total, psnr);
  }
  void send() {
    const std::vector<PartFile::Entry> entries = part_.entries();
    for (; sent_ < entries.size(); ++sent_) {
      const PartFile::Entry& entry = entries[sent_];
      ledger_.put(entry.kind, entry.number, part_.read(entry).value_or_throw(part_.name()));
    }
  }

 private:
  JobListener& listener_;
  const PartFile& part_;
  TileLedger& ledger_;
  std::size_t sent_;
};

/// Takes calls from the fit and from the thread that answers other ranks.
class SharedListener final : public JobListener {
 public:
  explicit SharedListener(JobListener& listener) : listener_(listener) {}
  void message(const std::string& sentence) override {
    const std::lock_guard lock(mutex_);
    listener_.message(sentence);
  }
  void warning(const std::string& sentence) override {
    const std::lock_guard lock(mutex_);
    listener_.warning(sentence);
  }
  bool progress(double done, double total, std::optional<double> psnr) override {
    const std::lock_guard lock(mutex_);
    done_ = done;
    total_ = total;
    return listener_.progress(done, total, psnr);
  }
  /// Whether the job is still wanted.
  bool goes_on() {
    const std::lock_guard lock(mutex_);
    return listener_.progress(done_, total_, std::nullopt);
  }

 private:
  JobListener& listener_;
  std::mutex mutex_;
  double done_ = 0;
  double total_ = 1;
};

void fit_for_rank_0(RasterSource& source, const LatentJob& job, const LatentEngine& engine, Ranks& ranks,
                    JobListener& listener) {
  RankLedger ledger(ranks);
  if (ledger.take(0, 1).empty()) {
    ledger.finish();
    return;
  }
  const TileRange tiles = part_of_tiles(ranks.rank(), ranks.count(), tile_count(source.info(), job));
  const std::unique_ptr<PartFile> part = PartFile::temporary(describe(job, source, tiles));
  const auto take_over = [&](std::uint8_t kind, int number) {
    const auto entry = static_cast<std::uint64_t>(number);
    if (const std::optional<Bytes> known = ledger.find(kind, entry)) part->append(kind, entry, *known);
  };
  take_over(entry_kind::latent_start, 0);
  const int levels = static_cast<int>(latent_levels(source.info(), job).size());
  for (int level = 1; level < levels; ++level) take_over(entry_kind::latent_overview, level);
  for (int tile = tiles.first; tile <= tiles.last; ++tile) take_over(entry_kind::tile, tile);
  SendingListener sending(listener, *part, ledger);
  fit_latent_part(source, job, engine, tiles, *part, sending);
  sending.send();
  ledger.finish();
}

}  // namespace

void share_latent_tiles(RasterSource& source, const LatentJob& job, const LatentEngine& engine, PartFile* part,
                        Ranks& ranks, JobListener& listener) {
  if (part == nullptr) {
    fit_for_rank_0(source, job, engine, ranks, listener);
    return;
  }
  GatheringLedger ledger(*part);
  SharedListener shared(listener);
  RankServer others(&ranks, ledger, [&] { return shared.goes_on(); });
  fit_latent_part(source, job, engine, part_of_tiles(0, ranks.count(), tile_count(source.info(), job)), *part, shared);
  others.wait();
  ledger.check_networks();
}

}  // namespace sarinr
