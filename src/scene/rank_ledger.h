#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "sarinr/scene/ranks.h"
#include "scene/tile_ledger.h"

namespace sarinr {

/// Of a process that holds no part file: asks rank 0, and sends it what was made.
class RankLedger final : public TileLedger {
 public:
  explicit RankLedger(Ranks& ranks) : ranks_(ranks) {}
  std::vector<int> take(int level, int most) override;
  void put(std::uint8_t kind, std::uint64_t number, ByteView payload) override;
  std::optional<Bytes> find(std::uint8_t kind, std::uint64_t number) override;
  /// After the last tile.
  void finish();

 private:
  Bytes ask(ByteView request);
  Ranks& ranks_;
  std::mutex mutex_;
};

/// Answers the other ranks on rank 0, on a thread of its own; does nothing where there are none.
class RankServer {
 public:
  /// `count_tile` is told of every tile that another rank made; false asks the job to stop.
  RankServer(Ranks* ranks, TileLedger& ledger, std::function<bool()> count_tile);
  /// Stops answering, whatever the others do.
  ~RankServer();
  RankServer(const RankServer&) = delete;
  RankServer& operator=(const RankServer&) = delete;
  /// Until all other ranks have finished; throws what went wrong with their tiles.
  void wait();

 private:
  void serve();
  void answer(const Ranks::Message& message);
  Ranks* ranks_;
  TileLedger& ledger_;
  std::function<bool()> count_tile_;
  int working_ = 0;  ///< ranks that have not finished
  std::exception_ptr failure_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace sarinr
