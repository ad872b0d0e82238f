#include "sarinr/base/recent_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sarinr {
namespace {

TEST(RecentCache, KeepsWhatWasUsedLast) {
  RecentCache<int, int> cache(2);
  int made = 0;
  const auto get = [&](int key) {
    return *cache.get(key, [&] {
      ++made;
      return std::make_shared<const int>(10 * key);
    });
  };
  EXPECT_EQ(get(1), 10);
  EXPECT_EQ(get(2), 20);
  EXPECT_EQ(get(1), 10);
  EXPECT_EQ(made, 2);
  EXPECT_EQ(get(3), 30);  // drops 2, which was used before 1
  EXPECT_EQ(get(1), 10);
  EXPECT_EQ(made, 3);
  EXPECT_EQ(get(2), 20);
  EXPECT_EQ(made, 4);
}

TEST(RecentCache, MakesAValueOnceForAllThreads) {
  RecentCache<int, int> cache(4);
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto value = cache.get(7, [&] {
        ++made;
        return std::make_shared<const int>(49);
      });
      EXPECT_EQ(*value, 49);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

TEST(RecentCache, TriesAgainAfterAFailure) {
  RecentCache<int, int> cache(2);
  EXPECT_THROW(cache.get(1, []() -> std::shared_ptr<const int> { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_EQ(*cache.get(1, [] { return std::make_shared<const int>(5); }), 5);
}

}  // namespace
}  // namespace sarinr
