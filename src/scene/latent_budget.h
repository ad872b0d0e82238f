#pragma once

#include <vector>

#include "sarinr/fit/latent.h"

namespace sarinr {

/// What a scene's goal leaves to its tiles. Every tile is expected to take a share; what finished tiles took beside
/// that moves the lambda of those to come, so that the scene as a whole comes to its goal.
class LatentBudget {
 public:
  /// `expected`: bits or squared errors of each tile at `lambda`; `total`: of all tiles, the goal. A goal of lambda
  /// has no budget, and its lambda stays.
  LatentBudget(LatentGoal::Kind kind, double lambda, double total, std::vector<double> expected);

  /// The same for tiles `first` to `last` alone, whose share of what is left is what is expected of them.
  LatentBudget of_part(int first, int last) const;

  /// Of the next tile.
  double lambda() const;
  /// What the next tile took at that.
  void spend(double found);

 private:
  LatentGoal::Kind kind_;
  double first_lambda_;
  double left_;
  std::vector<double> expected_;
  std::size_t next_ = 0;
  double found_ = 0;    ///< of finished tiles, brought to the first lambda
  double planned_ = 0;  ///< of the same
};

}  // namespace sarinr
