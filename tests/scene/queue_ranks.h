#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "sarinr/scene/ranks.h"

namespace sarinr::test {

/// Processes in one: messages go through queues.
class Postbox {
 public:
  explicit Postbox(int count) : queues_(static_cast<std::size_t>(count)) {}
  void put(int to, Ranks::Message message) {
    const std::lock_guard lock(mutex_);
    queues_[static_cast<std::size_t>(to)].push_back(std::move(message));
  }
  std::optional<Ranks::Message> take(int rank) {
    const std::lock_guard lock(mutex_);
    std::deque<Ranks::Message>& queue = queues_[static_cast<std::size_t>(rank)];
    if (queue.empty()) return std::nullopt;
    Ranks::Message message = std::move(queue.front());
    queue.pop_front();
    return message;
  }
  int count() const { return static_cast<int>(queues_.size()); }

 private:
  std::mutex mutex_;
  std::vector<std::deque<Ranks::Message>> queues_;
};

class QueueRanks final : public Ranks {
 public:
  QueueRanks(Postbox& box, int rank) : box_(box), rank_(rank) {}
  int rank() const override { return rank_; }
  int count() const override { return box_.count(); }
  void send(int to, ByteView message) override { box_.put(to, {rank_, Bytes(message.begin(), message.end())}); }
  std::optional<Message> poll() override { return box_.take(rank_); }

 private:
  Postbox& box_;
  int rank_;
};

}  // namespace sarinr::test
