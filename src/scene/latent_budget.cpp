#include "scene/latent_budget.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sarinr {

namespace {

/// Lambda stays within this factor of the first: a scene is of one quality, but for the last percent.
constexpr double most = 4;

}  // namespace

LatentBudget::LatentBudget(LatentGoal::Kind kind, double lambda, double total, std::vector<double> expected)
    : kind_(kind), first_lambda_(lambda), left_(total), expected_(std::move(expected)) {}

LatentBudget LatentBudget::of_part(int first, int last) const {
  const auto place = [&](std::int64_t tile) {
    return expected_.begin() + std::min<std::int64_t>(tile, static_cast<std::int64_t>(expected_.size()));
  };
  std::vector<double> own(place(first), place(std::int64_t{last} + 1));
  const double all = std::accumulate(expected_.begin(), expected_.end(), 0.0);
  const double share = all > 0 ? std::accumulate(own.begin(), own.end(), 0.0) / all : 0;
  return {kind_, first_lambda_, left_ * share, std::move(own)};
}

double LatentBudget::lambda() const {
  if (kind_ == LatentGoal::Kind::lambda || next_ >= expected_.size()) return first_lambda_;
  const double to_come = std::accumulate(expected_.begin() + static_cast<std::ptrdiff_t>(next_), expected_.end(), 0.0);
  // Before much is known of how the expectations miss, they count as right.
  const double prior = std::accumulate(expected_.begin(), expected_.end(), 0.0) / static_cast<double>(expected_.size());
  const double miss = (found_ + prior) / (planned_ + prior);
  if (to_come <= 0) return first_lambda_;
  const double excess = left_ > 0 ? to_come * miss / left_ : most;
  const double factor = std::pow(excess, kind_ == LatentGoal::Kind::bits ? lambda_response : -lambda_response);
  return first_lambda_ * std::clamp(factor, 1 / most, most);
}

void LatentBudget::spend(double found) {
  if (kind_ == LatentGoal::Kind::lambda || next_ >= expected_.size()) return;
  const double moved = std::pow(lambda() / first_lambda_, 1 / lambda_response);
  found_ += kind_ == LatentGoal::Kind::bits ? found * moved : found / moved;
  planned_ += expected_[next_];
  left_ -= found;
  ++next_;
}

}  // namespace sarinr
