#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "codec/plane_levels.h"
#include "codec/plane_neighbours.h"
#include "codec/probability_tables.h"

namespace sarinr {

/// A mean of what passed, that forgets: 1 / n at first, then 1 / 200. In sixteenths of a level.
class RunningScale {
 public:
  /// `prior` counts as three values.
  std::int64_t value(std::int64_t prior) const;
  void learn(std::int64_t sixteenths);

 private:
  std::int64_t mean_ = 0;
  int count_ = 0;
};

/// The share of zeros (of 65536) among the bits that passed, at a rate that falls to 1 / 251.
class ContextBit {
 public:
  std::uint32_t share() const { return share_; }
  void learn(bool bit);

 private:
  std::uint16_t share_ = 1u << 15;
  std::uint8_t count_ = 0;
};

/// What decides a pixel's distribution: several logistic ones, and the contexts in which they are mixed.
struct PixelForecast {
  static constexpr int count = 6;
  std::array<std::int64_t, count> centre;   ///< levels
  std::array<std::int64_t, count> inverse;  ///< of the scale: z = (level - centre) * inverse / 2^16
  std::int64_t middle = 0;                  ///< the best centre
  std::int64_t scale = 0;                   ///< its mean error, sixteenths of a level
  int repeats = 0;                          ///< 1 where the column, 2 where the row seems to repeat the one before
  int repeats_kind = 0;                     ///< 1: has done so for three pixels; 2: so did the pixel before
};

/// Forecasts pixels and learns from them: means of errors in contexts of the errors and differences around.
class PlaneForecaster {
 public:
  PlaneForecaster(PlaneHistory& history, const PlaneHistory* before, const PlaneLevels& levels,
                  const LinearWeights& weights, std::int64_t middle);
  PixelForecast forecast(std::size_t place);
  /// After forecast(place), the pixel's level.
  void learn(std::size_t place, std::int64_t level);

 private:
  static constexpr std::size_t rival_count = 6;
  int bias_context(const std::int32_t* level, std::int64_t centre, std::size_t place) const;
  void choose_scales(std::size_t place, std::int64_t centre, PixelForecast& forecast);
  void choose_rival(std::size_t place, std::int64_t linear, PixelForecast& forecast);

  struct Bias {
    std::int64_t sum = 0;
    int count = 0;
  };

  PlaneHistory& history_;
  const PlaneHistory* before_;
  const PlaneLevels& levels_;
  const LinearWeights& weights_;
  NeighbourOffsets offsets_;
  std::int64_t middle_;
  std::int64_t lowest_;
  std::int64_t highest_;
  std::vector<Bias> biases_;
  std::vector<RunningScale> by_error_;
  std::vector<RunningScale> by_difference_;
  std::vector<RunningScale> by_level_;
  std::vector<RunningScale> of_rivals_;
  std::array<std::vector<std::int32_t>, rival_count> rival_errors_;
  // Of the pixel that is being coded:
  Bias* bias_ = nullptr;
  std::int64_t unbiased_ = 0;
  std::int64_t centre_ = 0;
  std::array<std::int64_t, rival_count> rivals_{};
  std::array<RunningScale*, 3> scales_{};
  RunningScale* rival_scale_ = nullptr;
  std::int64_t rival_ = 0;
};

}  // namespace sarinr
