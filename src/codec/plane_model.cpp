#include "codec/plane_model.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>

namespace sarinr {

namespace {

using Offsets = NeighbourOffsets;

/// Quarter octaves of a positive number, at most 127.
int quarter_octaves(std::int64_t value) {
  const auto shifted = static_cast<std::uint64_t>(value) + 1;
  const int digits = static_cast<int>(std::bit_width(shifted)) - 1;
  const std::uint64_t rest = digits >= 2 ? shifted >> (digits - 2) : shifted << (2 - digits);
  return std::min(127, 4 * digits + static_cast<int>(rest & 3));
}

constexpr std::size_t octave_count = 128;
constexpr int kinds_of_difference = 8;
constexpr int kinds_of_level = 32;
constexpr int kinds_of_repeat = 3;

std::size_t context(int octaves, int kinds, std::int64_t kind) {
  return static_cast<std::size_t>(octaves * kinds) +
         static_cast<std::size_t>(std::clamp<std::int64_t>(kind, 0, kinds - 1));
}

}  // namespace

std::int64_t RunningScale::value(std::int64_t prior) const {
  constexpr std::int64_t prior_count = 3;
  constexpr std::int64_t least = 4;
  return std::max(least, (mean_ * count_ + prior * prior_count) / (count_ + prior_count));
}

void RunningScale::learn(std::int64_t sixteenths) {
  constexpr int most = 200;
  if (count_ < most) ++count_;
  mean_ += (sixteenths - mean_) / count_;
}

void ContextBit::learn(bool bit) {
  constexpr int most = 250;
  const int target = bit ? 0 : 65535;
  share_ = static_cast<std::uint16_t>(share_ + (target - share_) * 2 / (2 * count_ + 3));
  if (count_ < most) ++count_;
}

PlaneForecaster::PlaneForecaster(PlaneHistory& history, const PlaneHistory* before, const PlaneLevels& levels,
                                 const LinearWeights& weights, std::int64_t middle)
    : history_(history),
      before_(before),
      levels_(levels),
      weights_(weights),
      offsets_(history.stride()),
      middle_(middle),
      lowest_(levels.centre(levels.low())),
      highest_(levels.centre(levels.high())),
      biases_(512),
      by_error_(octave_count * kinds_of_difference),
      by_difference_(octave_count * kinds_of_difference),
      by_level_(octave_count * kinds_of_level),
      of_rivals_(octave_count * kinds_of_repeat) {
  for (std::vector<std::int32_t>& errors : rival_errors_) errors.assign(history.levels.size(), 0);
}

int PlaneForecaster::bias_context(const std::int32_t* level, std::int64_t centre, std::size_t place) const {
  const auto at = [&](int k) { return std::int64_t{level[offsets_.own[static_cast<std::size_t>(k)]]}; };
  int bits = 0;
  for (int k = 0; k < 6; ++k) bits = 2 * bits + (at(k) > centre ? 1 : 0);
  bits = 2 * bits + (2 * at(Offsets::west) - at(Offsets::west_west) > centre ? 1 : 0);
  bits = 2 * bits + (2 * at(Offsets::north) - at(Offsets::north_north) > centre ? 1 : 0);
  if (before_ == nullptr) return bits;
  const std::int32_t* const other = before_->levels.data() + place;
  return 2 * bits + (other[0] > other[offsets_.own[Offsets::west]] ? 1 : 0);
}

PixelForecast PlaneForecaster::forecast(std::size_t place) {
  const std::int32_t* const level = history_.levels.data() + place;
  const std::int64_t linear =
      std::clamp(weights_.predict(history_, before_, offsets_, place, middle_), lowest_, highest_);
  bias_ = &biases_[static_cast<std::size_t>(bias_context(level, linear, place))];
  unbiased_ = linear;
  centre_ = std::clamp(linear + bias_->sum / (bias_->count + 4), lowest_, highest_);

  PixelForecast forecast;
  const std::ptrdiff_t up = history_.stride();
  const bool column = level[-up] == level[-up - 1] && level[-2 * up] == level[-2 * up - 1];
  const bool row = level[-1] == level[-1 - up] && level[-2] == level[-2 - up];
  forecast.repeats = column ? 1 : (row ? 2 : 0);
  const bool third = column ? level[-3 * up] == level[-3 * up - 1] : level[-3] == level[-3 - up];
  const bool before = column ? level[-1] == level[-2] : level[-up] == level[-2 * up];
  forecast.repeats_kind = (third ? 1 : 0) + (before ? 2 : 0);
  forecast.middle = centre_;
  forecast.centre = {centre_, centre_, centre_, linear, level[-1], 0};
  choose_scales(place, centre_, forecast);
  choose_rival(place, linear, forecast);
  return forecast;
}

/// z is in 4096ths: a logistic distribution of scale s has a mean absolute value of 2 ln 2 s.
std::int64_t inverse_scale(std::int64_t sixteenths) {
  constexpr std::int64_t two_logarithms_of_two = 90852;  // times 2^16
  return (two_logarithms_of_two << 16) / sixteenths;
}

void PlaneForecaster::choose_scales(std::size_t place, std::int64_t centre, PixelForecast& forecast) {
  const std::int32_t* const level = history_.levels.data() + place;
  const std::int32_t* const error = history_.errors.data() + place;
  const auto at = [&](std::size_t k) { return std::int64_t{error[offsets_.own[k]]}; };
  std::int64_t near = 2 * (at(0) + at(1)) + at(2) + at(3) + at(4) + at(5);  // eight errors
  if (before_ != nullptr) {
    const std::int32_t* const other = before_->errors.data() + place;
    const std::ptrdiff_t up = history_.stride();
    const std::int64_t beside = std::int64_t{other[-1]} + other[1] + other[-up] + other[up];
    near = (3 * near + 8 * std::int64_t{other[0]} + beside) / 5;
  }
  std::int64_t wide = 0;
  for (std::size_t k = 0; k < offsets_.own.size(); ++k) wide += at(k);
  near *= 2;
  wide = wide * 16 / static_cast<std::int64_t>(offsets_.own.size());
  std::int64_t difference = 0;
  for (std::size_t k = 0; k < 6; ++k) difference += std::abs(level[offsets_.own[k]] - centre);
  const int near_octaves = quarter_octaves(near);
  const int wide_octaves = quarter_octaves(wide);
  const int difference_octaves = quarter_octaves(difference * 16 / 6);
  const std::int64_t prior = (near + wide) / 2 + levels_.unit();
  scales_ = {
      &by_error_[context(near_octaves, kinds_of_difference, (wide_octaves - near_octaves + 8) / 2)],
      &by_difference_[context(difference_octaves, kinds_of_difference, (near_octaves - difference_octaves + 10) / 2)],
      &by_level_[context(wide_octaves, kinds_of_level,
                         (centre - lowest_) * kinds_of_level / (highest_ - lowest_ + 1))]};
  for (std::size_t k = 0; k < scales_.size(); ++k) forecast.inverse[k] = inverse_scale(scales_[k]->value(prior));
  forecast.inverse[3] = forecast.inverse[0];
  forecast.inverse[4] = forecast.inverse[1];
  forecast.scale = scales_[0]->value(prior);
}

/// The simple prediction that was best at the neighbours.
void PlaneForecaster::choose_rival(std::size_t place, std::int64_t linear, PixelForecast& forecast) {
  const std::int32_t* const level = history_.levels.data() + place;
  const auto at = [&](Offsets::Place k) { return std::int64_t{level[offsets_.own[k]]}; };
  rivals_ = {at(Offsets::west),
             at(Offsets::north),
             at(Offsets::west) + at(Offsets::north) - at(Offsets::north_west),
             at(Offsets::west) + at(Offsets::north_east) - at(Offsets::north),
             linear,
             (at(Offsets::west) + at(Offsets::north)) / 2};
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::size_t k = 0; k < rival_count; ++k) {
    const std::int32_t* const error = rival_errors_[k].data() + place;
    const std::int64_t sum = 2 * std::int64_t{error[offsets_.own[Offsets::north]]} +
                             error[offsets_.own[Offsets::north_north]] + error[offsets_.own[Offsets::west]] +
                             error[offsets_.own[Offsets::north_east]];
    if (sum >= least) continue;
    least = sum;
    rival_ = rivals_[k];
  }
  rival_scale_ = &of_rivals_[context(quarter_octaves(4 * least), kinds_of_repeat, forecast.repeats)];
  forecast.centre[5] = rival_;
  forecast.inverse[5] = inverse_scale(rival_scale_->value(4 * least + 16));
}

void PlaneForecaster::learn(std::size_t place, std::int64_t level) {
  const std::int64_t error = std::abs(level - centre_);
  history_.levels[place] = static_cast<std::int32_t>(level);
  history_.errors[place] = static_cast<std::int32_t>(error);
  for (RunningScale* scale : scales_) scale->learn(16 * error);
  rival_scale_->learn(16 * std::abs(level - rival_));
  for (std::size_t k = 0; k < rival_count; ++k) {
    rival_errors_[k][place] = static_cast<std::int32_t>(std::abs(level - rivals_[k]));
  }
  bias_->sum += level - unbiased_;
  constexpr int most = 255;
  if (++bias_->count >= most) {
    bias_->sum /= 2;
    bias_->count /= 2;
  }
}

}  // namespace sarinr
