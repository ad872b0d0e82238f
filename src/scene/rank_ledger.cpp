#include "scene/rank_ledger.h"

#include <chrono>

#include "sarinr/base/error.h"
#include "sarinr/scene/fit_work.h"
#include "scene/part_entries.h"

namespace sarinr {

namespace {

enum class Request : std::uint8_t { take = 1, put = 2, find = 3, finished = 4 };

/// Messages come at the pace of fits: waiting must not cost the processor that fits.
constexpr auto pause = std::chrono::microseconds(500);

ByteWriter begin(Request request) {
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(request));
  return writer;
}

class NothingToDo final : public TileLedger {
 public:
  std::vector<int> take(int, int) override { return {}; }
  void put(std::uint8_t, std::uint64_t, ByteView) override {}
  std::optional<Bytes> find(std::uint8_t, std::uint64_t) override { return std::nullopt; }
};

}  // namespace

void dismiss(Ranks& ranks) {
  NothingToDo ledger;
  RankServer(&ranks, ledger, [] { return true; }).wait();
}

Bytes RankLedger::ask(ByteView request) {
  const std::lock_guard lock(mutex_);
  ranks_.send(0, request);
  while (true) {
    std::optional<Ranks::Message> reply = ranks_.poll();
    if (reply) return std::move(reply->bytes);
    std::this_thread::sleep_for(pause);
  }
}

std::vector<int> RankLedger::take(int level, int most) {
  ByteWriter request = begin(Request::take);
  request.varint(static_cast<std::uint64_t>(level));
  request.varint(static_cast<std::uint64_t>(most));
  const Bytes reply = ask(request.view());
  ByteReader reader(reply);
  std::vector<int> tiles;
  while (reader.left() > 0) tiles.push_back(static_cast<int>(reader.varint()));
  return tiles;
}

void RankLedger::put(std::uint8_t kind, std::uint64_t number, ByteView payload) {
  ByteWriter message = begin(Request::put);
  message.u8(kind);
  message.varint(number);
  message.bytes(payload);
  const std::lock_guard lock(mutex_);
  ranks_.send(0, message.view());
}

std::optional<Bytes> RankLedger::find(std::uint8_t kind, std::uint64_t number) {
  ByteWriter request = begin(Request::find);
  request.u8(kind);
  request.varint(number);
  Bytes reply = ask(request.view());
  if (reply.empty()) return std::nullopt;
  return reply;
}

void RankLedger::finish() {
  const std::lock_guard lock(mutex_);
  ranks_.send(0, begin(Request::finished).view());
}

RankServer::RankServer(Ranks* ranks, TileLedger& ledger, std::function<bool()> count_tile)
    : ranks_(ranks), ledger_(ledger), count_tile_(std::move(count_tile)) {
  if (ranks_ == nullptr || ranks_->count() == 1) return;
  working_ = ranks_->count() - 1;
  thread_ = std::thread([this] { serve(); });
}

RankServer::~RankServer() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void RankServer::wait() {
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(failure_);
}

void RankServer::serve() {
  try {
    while (working_ > 0 && !stop_) {
      if (const std::optional<Ranks::Message> message = ranks_->poll()) {
        answer(*message);
      } else {
        std::this_thread::sleep_for(pause);
      }
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void RankServer::answer(const Ranks::Message& message) {
  ByteReader reader(message.bytes);
  ByteWriter reply;
  switch (static_cast<Request>(reader.u8())) {
    case Request::take: {
      const int level = static_cast<int>(reader.varint());
      for (const int tile : ledger_.take(level, static_cast<int>(reader.varint()))) {
        reply.varint(static_cast<std::uint64_t>(tile));
      }
      ranks_->send(message.from, reply.view());
      return;
    }
    case Request::put: {
      const std::uint8_t kind = reader.u8();
      const std::uint64_t number = reader.varint();
      ledger_.put(kind, number, reader.bytes(reader.left()));
      if (kind == entry_kind::tile && !count_tile_()) throw Error("interrupted", ErrorKind::interrupted);
      return;
    }
    case Request::find: {
      const std::uint8_t kind = reader.u8();
      if (const std::optional<Bytes> found = ledger_.find(kind, reader.varint())) reply.bytes(*found);
      ranks_->send(message.from, reply.view());
      return;
    }
    case Request::finished:
      --working_;
      return;
  }
  throw Error("a rank sent what rank 0 does not understand", ErrorKind::internal);
}

}  // namespace sarinr
