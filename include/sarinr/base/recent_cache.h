#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace sarinr {

/// Values made when they are first asked for, of which those used last are kept. A value that two threads ask for is
/// made once, and the other waits. Thread-safe.
template <typename Key, typename Value>
class RecentCache {
 public:
  explicit RecentCache(std::size_t capacity) : capacity_(capacity) {}

  /// The value of a key; `make` gives it as a shared_ptr<const Value> where it is not kept. If that throws, the next
  /// call tries again.
  template <typename Make>
  std::shared_ptr<const Value> get(const Key& key, const Make& make) {
    const std::shared_ptr<Entry> found = entry(key);
    std::call_once(found->once, [&] { found->value = make(); });
    return found->value;
  }

 private:
  struct Entry {
    std::once_flag once;
    std::shared_ptr<const Value> value;
  };

  std::shared_ptr<Entry> entry(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end()) {
      order_.splice(order_.begin(), order_, found->second.second);
      return found->second.first;
    }
    order_.push_front(key);
    const auto made = std::make_shared<Entry>();
    entries_[key] = {made, order_.begin()};
    if (entries_.size() > capacity_) {
      entries_.erase(order_.back());
      order_.pop_back();
    }
    return made;
  }

  std::size_t capacity_;
  std::mutex mutex_;
  std::list<Key> order_;
  std::map<Key, std::pair<std::shared_ptr<Entry>, typename std::list<Key>::iterator>> entries_;
};

}  // namespace sarinr
