#include "sarinr/benchmark/rate_search.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace sarinr::benchmark {

namespace {

/// Rates along the coordinate: the parameter or its logarithm.
class Search {
 public:
  Search(const QualityParameter& parameter, const std::function<double(double)>& rate)
      : parameter_(parameter), rate_(rate) {}

  /// The parameter whose rate is nearest.
  double nearest(double wanted, const RateRequest& request) {
    const double target = std::log(wanted);
    for (int trial = 0; trial < std::min(request.trials, parameter_.trials); ++trial) {
      if (!known_.empty() && std::abs(best(target)->second - target) <= request.tolerance) break;
      const std::optional<double> next = next_coordinate(target, trial % 2 == 1);
      if (!next || known_.contains(*next)) break;
      known_[*next] = std::log(std::max(rate_(value(*next)), 1e-9));
    }
    return value(best(target)->first);
  }

 private:
  using Known = std::map<double, double>;  ///< ln(bits a pixel) at coordinates

  double coordinate(double value) const { return parameter_.logarithmic ? std::log(value) : value; }
  double value(double coordinate) const {
    const double plain = parameter_.logarithmic ? std::exp(coordinate) : coordinate;
    return std::clamp(parameter_.whole ? std::round(plain) : plain, parameter_.low, parameter_.high);
  }

  Known::const_iterator best(double target) const {
    return std::min_element(known_.begin(), known_.end(), [target](const auto& a, const auto& b) {
      return std::abs(a.second - target) < std::abs(b.second - target);
    });
  }

  /// Where to try next; nothing where no whole number is left.
  std::optional<double> next_coordinate(double target, bool halve) const {
    // Along a growing slope, below holds the last coordinate that gives too little and above the first too much.
    std::optional<Known::value_type> little;
    std::optional<Known::value_type> much;
    const double direction = parameter_.slope > 0 ? 1 : -1;
    for (const Known::value_type& point : known_) {
      const double along = direction * point.first;
      if (point.second <= target && (!little || along > direction * little->first)) little.emplace(point);
      if (point.second > target && (!much || along < direction * much->first)) much.emplace(point);
    }
    double next = coordinate(parameter_.start) + (target - std::log(0.5)) / parameter_.slope;
    if (little && much) {
      const double share = (target - little->second) / (much->second - little->second);
      next = little->first + (halve ? 0.5 : std::clamp(share, 0.05, 0.95)) * (much->first - little->first);
    } else if (little || much) {
      // A little farther than the slope says, so that the other side is found.
      const Known::value_type& known = little ? *little : *much;
      const double distance = target - known.second;
      next = known.first + (distance + std::copysign(0.02, distance)) / parameter_.slope;
    }
    return settled(next, little, much);
  }

  /// Within the range and, of whole numbers, one that was not tried.
  std::optional<double> settled(double next, const std::optional<Known::value_type>& little,
                                const std::optional<Known::value_type>& much) const {
    next = coordinate(value(next));
    if (!known_.contains(next)) return next;
    if (!parameter_.whole) return std::nullopt;
    for (const auto& side : {little, much}) {
      if (!side) continue;
      const double step = (side == little) == (parameter_.slope > 0) ? 1 : -1;
      const double neighbour = coordinate(value(value(side->first) + step));
      if (!known_.contains(neighbour)) return neighbour;
    }
    return std::nullopt;
  }

  const QualityParameter& parameter_;
  const std::function<double(double)>& rate_;
  Known known_;
};

}  // namespace

std::vector<double> search_rates(const QualityParameter& parameter, const RateRequest& request,
                                 const std::function<double(double parameter)>& rate) {
  Search search(parameter, rate);
  std::vector<double> chosen;
  for (const double wanted : request.bits_per_pixel) chosen.push_back(search.nearest(wanted, request));
  return chosen;
}

}  // namespace sarinr::benchmark
