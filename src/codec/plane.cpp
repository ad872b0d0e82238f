#include "sarinr/codec/plane.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <optional>

#include "codec/index_coder.h"
#include "codec/plane_levels.h"
#include "codec/plane_model.h"
#include "codec/plane_neighbours.h"
#include "codec/symbols.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// What a decoder must know of a plane before its pixels: indices are low + step * (0 .. range).
struct PlaneRange {
  std::int64_t low = 0;
  std::int64_t range = 0;
  std::int64_t step = 1;
};
constexpr std::int64_t most_range = std::int64_t{1} << 32;

bool is_coded(const IndexPlane& plane, std::size_t pixel) { return plane.coded.empty() || plane.coded[pixel] != 0; }

/// A number below 2^62: its count of binary digits, then those behind the leading one.
void encode_number(std::int64_t number, BinaryEncoder& encoder) {
  const auto bits = static_cast<std::uint64_t>(number) + 1;
  const int digits = static_cast<int>(std::bit_width(bits)) - 1;
  encoder.encode_raw(static_cast<std::uint32_t>(digits), 6);
  for (int at = digits; at > 0;) {
    const int count = std::min(at, 16);
    at -= count;
    encoder.encode_raw(static_cast<std::uint32_t>(bits >> at) & ((1u << count) - 1), count);
  }
}

std::int64_t decode_number(BinaryDecoder& decoder) {
  const int digits = std::min<int>(61, static_cast<int>(decoder.decode_raw(6)));
  std::uint64_t bits = 1;
  for (int at = digits; at > 0;) {
    const int count = std::min(at, 16);
    at -= count;
    bits = (bits << count) | decoder.decode_raw(count);
  }
  return static_cast<std::int64_t>(bits - 1);
}

PlaneRange range_of(const IndexPlane& plane) {
  std::optional<std::int64_t> low;
  std::optional<std::int64_t> high;
  for (std::size_t i = 0; i < plane.indices.size(); ++i) {
    if (!is_coded(plane, i)) continue;
    low = std::min(low.value_or(plane.indices[i]), plane.indices[i]);
    high = std::max(high.value_or(plane.indices[i]), plane.indices[i]);
  }
  if (!low) return {};
  std::int64_t step = 0;
  for (std::size_t i = 0; i < plane.indices.size(); ++i) {
    if (is_coded(plane, i)) step = std::gcd(step, plane.indices[i] - *low);
  }
  step = std::max<std::int64_t>(1, step);
  return {*low, (*high - *low) / step, step};
}

void encode_range(const PlaneRange& range, BinaryEncoder& encoder) {
  encoder.encode_raw(range.low < 0 ? 1 : 0, 1);
  encode_number(range.low < 0 ? -range.low : range.low, encoder);
  encode_number(range.range, encoder);
  if (range.range > 0) encode_number(range.step - 1, encoder);
}

PlaneRange decode_range(BinaryDecoder& decoder) {
  PlaneRange range;
  const bool negative = decoder.decode_raw(1) != 0;
  range.low = decode_number(decoder);
  if (negative) range.low = -range.low;
  range.range = decode_number(decoder);
  if (range.range > 0) range.step = decode_number(decoder) + 1;
  return range;
}

void encode_weights(const LinearWeights& linear, BinaryEncoder& encoder) {
  SymbolModels models;
  for (const std::int32_t weight : linear.weights) models.encode(weight, encoder);
  models.encode(linear.constant, encoder);
}

LinearWeights decode_weights(std::size_t count, BinaryDecoder& decoder) {
  SymbolModels models;
  LinearWeights linear;
  for (std::size_t i = 0; i < count; ++i) linear.weights.push_back(models.decode(decoder));
  linear.constant = models.decode(decoder);
  return linear;
}

/// One plane's way through the coder; encoder and decoder walk alike.
class PlaneWalk {
 public:
  /// Logarithmic levels need the step to be 1: they are logarithms of the indices themselves.
  PlaneWalk(const IndexPlane& plane, const PlaneRange& range, const PlaneWalk* before)
      : plane_(plane),
        range_(range),
        before_(before != nullptr ? &before->history_ : nullptr),
        base_(is_logarithmic() ? range.low : 0),
        levels_(base_, base_ + range.range, is_logarithmic()),
        middle_((levels_.centre(levels_.low()) + levels_.centre(levels_.high())) / 2),
        history_(plane.width, plane.height, static_cast<std::int32_t>(middle_)) {}

  std::size_t weight_count() const { return NeighbourOffsets::own_count + (before_ != nullptr ? 9 : 0); }

  void encode(BinaryEncoder& encoder) {
    const auto level = [&](std::size_t pixel, std::size_t) { return levels_.centre(internal(plane_.indices[pixel])); };
    walk(level, [](std::size_t, std::int64_t) {});
    const LinearWeights linear =
        fit_linear_weights(history_, before_, plane_.width, plane_.height, plane_.coded, middle_, levels_.unit());
    encode_weights(linear, encoder);
    history_ = PlaneHistory(plane_.width, plane_.height, static_cast<std::int32_t>(middle_));
    code(linear, [&](std::size_t pixel, const PixelForecast& forecast, std::int64_t first, const IndexContext& context,
                     IndexCoder& coder) {
      const std::int64_t index = internal(plane_.indices[pixel]);
      coder.encode(index, forecast, first, context, encoder);
      return index;
    });
  }

  void decode(BinaryDecoder& decoder, std::vector<std::int64_t>& indices) {
    code(decode_weights(weight_count(), decoder),
         [&](std::size_t pixel, const PixelForecast& forecast, std::int64_t first, const IndexContext& context,
             IndexCoder& coder) {
           const std::int64_t index = coder.decode(forecast, first, context, decoder);
           indices[pixel] = range_.low + (index - base_) * range_.step;
           return index;
         });
  }

 private:
  bool is_logarithmic() const {
    return plane_.logarithmic && range_.step == 1 &&
           PlaneLevels::may_be_logarithmic(range_.low, range_.low + range_.range);
  }

  std::int64_t internal(std::int64_t index) const { return base_ + (index - range_.low) / range_.step; }

  /// Calls level(pixel, place) for coded pixels and learn(place, level) after it; others repeat what is left of them.
  template <typename Level, typename Learn>
  void walk(const Level& level, const Learn& learn) {
    std::size_t pixel = 0;
    for (int y = 0; y < plane_.height; ++y) {
      history_.begin_row(y);
      for (int x = 0; x < plane_.width; ++x, ++pixel) {
        const std::size_t place = history_.place(x, y);
        if (is_coded(plane_, pixel)) {
          const std::int64_t found = level(pixel, place);
          history_.levels[place] = static_cast<std::int32_t>(found);
          learn(place, found);
        } else {
          history_.levels[place] = history_.levels[place - 1];
          history_.errors[place] = history_.errors[place - 1];
        }
      }
      history_.end_row(y);
    }
  }

  template <typename CodeIndex>
  void code(const LinearWeights& linear, const CodeIndex& code_index) {
    PlaneForecaster forecaster(history_, before_, levels_, linear, middle_);
    IndexCoder coder(levels_);
    const std::ptrdiff_t up = history_.stride();
    std::vector<std::int64_t> known(history_.levels.size(), base_);
    const auto level = [&](std::size_t pixel, std::size_t place) {
      const PixelForecast forecast = forecaster.forecast(place);
      const std::int64_t first = levels_.nearest_boundary(forecast.middle);
      const std::int64_t* const around = known.data() + place;
      const auto limited = [&](std::int64_t index, std::int64_t half) {
        return static_cast<int>(std::clamp(index - first, -half, half - 1) + half);
      };
      IndexContext context{limited(around[-1], 8), limited(around[-up], 8), limited(around[1 - up], 4), 0,
                           around[forecast.repeats == 1 ? -1 : -up]};
      for (const std::ptrdiff_t at : {std::ptrdiff_t{-1}, -up, -up - 1, 1 - up, std::ptrdiff_t{-2}, -2 * up}) {
        context.around = 4 * context.around + limited(around[at], 2);
      }
      const std::int64_t index = code_index(pixel, forecast, first, context, coder);
      known[place] = index;
      return levels_.centre(index);
    };
    walk(level, [&](std::size_t place, std::int64_t found) { forecaster.learn(place, found); });
  }

  const IndexPlane& plane_;
  PlaneRange range_;
  const PlaneHistory* before_;
  std::int64_t base_;
  PlaneLevels levels_;
  std::int64_t middle_;
  PlaneHistory history_;
};

std::size_t pixel_count(const IndexPlane& plane) {
  return static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height);
}

}  // namespace

Bytes encode_planes(const std::vector<IndexPlane>& planes) {
  BinaryEncoder encoder;
  std::unique_ptr<PlaneWalk> before;
  for (const IndexPlane& plane : planes) {
    const bool fits = plane.indices.size() == pixel_count(plane) &&
                      (plane.coded.empty() || plane.coded.size() == plane.indices.size());
    if (!fits) throw Error("a plane's pixels are not as many as its sides say", ErrorKind::internal);
    const PlaneRange range = range_of(plane);
    if (range.range > (most_range - 1) / range.step) {
      throw Error("a plane's indices span 2^32 and more", ErrorKind::internal);
    }
    encode_range(range, encoder);
    if (range.range == 0) continue;
    auto walk = std::make_unique<PlaneWalk>(plane, range, before.get());
    walk->encode(encoder);
    before = std::move(walk);
  }
  return encoder.finish();
}

Result<bool> decode_planes(ByteView stream, std::vector<IndexPlane>& planes) {
  BinaryDecoder decoder(stream);
  std::unique_ptr<PlaneWalk> before;
  for (IndexPlane& plane : planes) {
    const PlaneRange range = decode_range(decoder);
    if (range.step > most_range || range.range > (most_range - 1) / range.step)
      return Failure{"a plane's range is impossible"};
    plane.indices.assign(pixel_count(plane), 0);
    if (range.range == 0) {
      for (std::size_t i = 0; i < plane.indices.size(); ++i) plane.indices[i] = is_coded(plane, i) ? range.low : 0;
      continue;
    }
    auto walk = std::make_unique<PlaneWalk>(plane, range, before.get());
    walk->decode(decoder, plane.indices);
    before = std::move(walk);
  }
  return true;
}

}  // namespace sarinr
