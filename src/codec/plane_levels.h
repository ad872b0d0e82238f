#pragma once

#include <cstdint>
#include <vector>

namespace sarinr {

/// How a plane's whole numbers ("indices") lie on the scale on which they are predicted: whole "levels" in [0, 2^20),
/// of even spacing or, where noise grows with the value, of its logarithm.
class PlaneLevels {
 public:
  /// Of indices in [low, high], high - low < 2^32. Logarithmic levels need indices up to most_logarithmic.
  PlaneLevels(std::int64_t low, std::int64_t high, bool logarithmic);

  static constexpr std::int64_t most_logarithmic = 1 << 17;
  static bool may_be_logarithmic(std::int64_t low, std::int64_t high) { return low >= 0 && high <= most_logarithmic; }

  std::int64_t low() const { return low_; }
  std::int64_t high() const { return high_; }
  std::int64_t centre(std::int64_t index) const;
  /// Between index - 1 and index, low < index <= high + 1.
  std::int64_t boundary(std::int64_t index) const;
  /// The index in (low, high] whose lower boundary is nearest to the level; low < high.
  std::int64_t nearest_boundary(std::int64_t level) const;
  /// 64 times the indices that a width of `sixteenths` / 16 levels spans about `index`.
  std::int64_t indices_times_64(std::int64_t sixteenths, std::int64_t index) const;
  /// A small distance: what noise is expected to exceed.
  std::int64_t unit() const { return logarithmic_ ? 256 : std::int64_t{4} << (shift_ > 0 ? shift_ : 0); }

 private:
  std::int64_t low_;
  std::int64_t high_;
  bool logarithmic_;
  int shift_ = 6;                         ///< left where positive, else right
  std::vector<std::int32_t> boundaries_;  ///< logarithmic: [index - low]
  std::vector<std::int32_t> centres_;
};

}  // namespace sarinr
