#include "codec/index_coder.h"

#include <algorithm>
#include <bit>

namespace sarinr {

namespace {

/// Rungs of the ladder outward, in 64ths of the mean error.
constexpr std::array<int, 10> rungs = {38, 80, 128, 185, 255, 345, 470, 650, 900, 1300};
constexpr int last_rung = 22;  ///< from the tenth on steps double
constexpr int halving = 32;    ///< nodes from here on are those of halves
constexpr int around_nodes = 8;
constexpr int scale_kinds = 4;
constexpr int repeat_kinds = 3;

int half_octaves(std::int64_t value) {
  const auto shifted = static_cast<std::uint64_t>(value) + 1;
  const int digits = static_cast<int>(std::bit_width(shifted)) - 1;
  const std::uint64_t rest = digits >= 1 ? (shifted >> (digits - 1)) & 1 : 0;
  return 2 * digits + static_cast<int>(rest);
}

}  // namespace

IndexCoder::IndexCoder(const PlaneLevels& levels)
    : levels_(levels),
      tables_(ProbabilityTables::get()),
      weights_(static_cast<std::size_t>(nodes * scale_kinds * repeat_kinds)),
      near_(static_cast<std::size_t>(nodes) * 16 * 16),
      shape_(static_cast<std::size_t>(nodes) * fractions * 16 * 8),
      around_(static_cast<std::size_t>(around_nodes) << 12),
      corrections_(static_cast<std::size_t>(nodes * fractions)) {
  for (auto& weights : weights_) {
    for (int k = 0; k < inputs; ++k) weights[static_cast<std::size_t>(k)] = k < 4 ? (1 << 16) / 4 : 0;
  }
  for (auto& row : corrections_) {
    for (int k = 0; k < corrections; ++k) row[static_cast<std::size_t>(k)] = tables_.probability((k - 16) * 128);
  }
}

IndexCoder::Search IndexCoder::begin(const PixelForecast& forecast, std::int64_t first) const {
  Search search{};
  search.low = levels_.low();
  search.high = levels_.high() + 1;
  search.mass_high.fill(1u << 30);
  search.previous = first;
  search.step_times_64 = levels_.indices_times_64(forecast.scale, first);
  const std::int64_t boundary = levels_.boundary(first);
  const std::int64_t width = std::max<std::int64_t>(1, levels_.boundary(first + 1) - boundary);
  search.fraction = static_cast<int>(std::clamp<std::int64_t>(4 + (forecast.middle - boundary) * 8 / width, 0, 7));
  search.scale_kind = std::clamp((half_octaves(search.step_times_64) - 4), 0, 15);
  return search;
}

IndexCoder::Decision IndexCoder::weigh(const PixelForecast& forecast, const IndexContext& context, const Search& search,
                                       std::int64_t threshold) {
  Decision decision{};
  const std::int64_t boundary = levels_.boundary(threshold);
  const std::size_t node = static_cast<std::size_t>(search.node);
  for (std::size_t k = 0; k < forecasts; ++k) {
    const std::int64_t z = ((boundary - forecast.centre[k]) * forecast.inverse[k]) >> 16;
    const std::uint32_t mass = std::clamp(tables_.distribution(z), search.mass_low[k], search.mass_high[k]);
    const std::uint64_t below = std::uint64_t{mass - search.mass_low[k]} + 64;
    const std::uint64_t all = std::uint64_t{search.mass_high[k] - search.mass_low[k]} + 128;
    decision.mass[k] = mass;
    decision.logit[k] = tables_.logit(static_cast<int>(std::min<std::uint64_t>(4095, below * 4096 / all)));
  }
  decision.contexts[0] =
      &near_[(node * 16 + static_cast<std::size_t>(context.west)) * 16 + static_cast<std::size_t>(context.north)];
  decision.contexts[1] = &shape_[((node * fractions + static_cast<std::size_t>(search.fraction)) * 16 +
                                  static_cast<std::size_t>(search.scale_kind)) *
                                     8 +
                                 static_cast<std::size_t>(context.north_east)];
  decision.contexts[2] =
      &around_[(std::min<std::size_t>(node, around_nodes - 1) << 12) + static_cast<std::size_t>(context.around)];
  for (std::size_t k = 0; k < 3; ++k) {
    decision.logit[forecasts + k] = tables_.logit(static_cast<int>(decision.contexts[k]->share() >> 4));
  }
  decision.logit[inputs - 1] = 256;
  const int scale = std::min(scale_kinds - 1, search.scale_kind / 3);
  decision.weights = &weights_[(node * repeat_kinds + static_cast<std::size_t>(forecast.repeats)) * scale_kinds +
                               static_cast<std::size_t>(scale)];
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < inputs; ++k) sum += std::int64_t{(*decision.weights)[k]} * decision.logit[k];
  constexpr std::int64_t most = ProbabilityTables::largest_logit;
  const int logit = static_cast<int>(std::clamp(sum >> 16, -most, most));
  decision.mixed = tables_.probability(logit);
  auto& row = corrections_[node * fractions + static_cast<std::size_t>(search.fraction)];
  const int place = (logit + 2048) * 32;
  const auto low = static_cast<std::size_t>(place >> 12);
  const int between = place & 4095;
  const int corrected = (row[low] * (4096 - between) + row[low + 1] * between) >> 12;
  decision.correction = &row[low + (between > 2048 ? 1 : 0)];
  decision.share = static_cast<std::uint32_t>(std::clamp((decision.mixed + corrected) / 2, 24, 65512));
  return decision;
}

void IndexCoder::learn(const Decision& decision, bool bit) const {
  const int target = bit ? 0 : 65535;
  const std::int64_t error = target - decision.mixed;
  constexpr int rate = 16;
  constexpr std::int32_t most = 1 << 22;
  for (std::size_t k = 0; k < inputs; ++k) {
    std::int32_t& weight = (*decision.weights)[k];
    const std::int64_t change = (decision.logit[k] * error + (1 << (rate - 1))) >> rate;
    weight = static_cast<std::int32_t>(std::clamp<std::int64_t>(weight + change, -most, most));
  }
  *decision.correction = static_cast<std::uint16_t>(*decision.correction + (target - *decision.correction) / 64);
  for (ContextBit* const context : decision.contexts) context->learn(bit);
}

/// The next threshold, in (low, high).
std::int64_t IndexCoder::next_threshold(Search& search, std::int64_t first, std::int64_t threshold, bool bit) const {
  bool climbs = search.node < halving;
  if (search.node == 0) {
    search.side = bit ? 1 : -1;
  } else if (climbs) {
    climbs = bit == (search.side > 0);
    search.previous = threshold;
    ++search.rung;
  }
  if (climbs && search.rung < last_rung) {
    constexpr int count = static_cast<int>(rungs.size());
    const std::int64_t distance = search.rung < count
                                      ? (search.step_times_64 * rungs[static_cast<std::size_t>(search.rung)]) >> 12
                                      : ((search.step_times_64 * rungs.back()) >> 12) << (search.rung - count + 1);
    std::int64_t next = first + search.side * distance;
    next = search.side > 0 ? std::max(next, search.previous + 1) : std::min(next, search.previous - 1);
    search.node = 1 + 2 * std::min(search.rung, 14) + (search.side > 0 ? 1 : 0);
    return std::clamp(next, search.low + 1, search.high - 1);
  }
  search.node = halving + std::clamp(half_octaves(search.high - search.low) - 2, 0, 15) + (search.side > 0 ? 16 : 0);
  return search.low + (search.high - search.low) / 2;
}

/// Between thresholds so close that the forecasts say nothing, halves are even.
bool IndexCoder::is_flat(const PixelForecast& forecast, const Search& search) const {
  if (search.node < halving) return false;
  const std::int64_t width = levels_.boundary(search.high) - levels_.boundary(search.low + 1);
  return 64 * width < forecast.scale;
}

/// Where values are so fine that two are rarely equal by chance.
template <typename Decide>
bool IndexCoder::repeats(const PixelForecast& forecast, const Search& search, const IndexContext& context,
                         const Decide& decide) {
  constexpr std::int64_t three_indices = 192;
  if (forecast.repeats == 0 || search.step_times_64 < three_indices) return false;
  ContextBit& chance = repeats_[static_cast<unsigned>(4 * forecast.repeats + forecast.repeats_kind)];
  const bool bit = decide([&](std::int64_t index) { return index == context.repeated; },
                          std::clamp<std::uint32_t>(chance.share(), 24, 65512));
  chance.learn(bit);
  return bit;
}

template <typename Decide>
std::int64_t IndexCoder::search(const PixelForecast& forecast, std::int64_t first, const IndexContext& context,
                                const Decide& decide) {
  Search search = begin(forecast, first);
  if (repeats(forecast, search, context, decide)) return context.repeated;
  std::int64_t threshold = first;
  const auto at_least = [&](std::int64_t index) { return index >= threshold; };
  while (search.high - search.low > 1) {
    if (is_flat(forecast, search)) {
      const auto share = static_cast<std::uint32_t>((threshold - search.low) * 65536 / (search.high - search.low));
      (decide(at_least, share) ? search.low : search.high) = threshold;
    } else {
      const Decision decision = weigh(forecast, context, search, threshold);
      const bool bit = decide(at_least, decision.share);
      learn(decision, bit);
      (bit ? search.low : search.high) = threshold;
      (bit ? search.mass_low : search.mass_high) = decision.mass;
      if (search.high - search.low > 1) threshold = next_threshold(search, first, threshold, bit);
      continue;
    }
    threshold = search.low + (search.high - search.low) / 2;
  }
  return search.low;
}

void IndexCoder::encode(std::int64_t index, const PixelForecast& forecast, std::int64_t first,
                        const IndexContext& context, BinaryEncoder& encoder) {
  search(forecast, first, context, [&](const auto& holds, std::uint32_t share) {
    const bool bit = holds(index);
    encoder.encode_with(bit, share);
    return bit;
  });
}

std::int64_t IndexCoder::decode(const PixelForecast& forecast, std::int64_t first, const IndexContext& context,
                                BinaryDecoder& decoder) {
  return search(forecast, first, context, [&](const auto&, std::uint32_t share) { return decoder.decode_with(share); });
}

}  // namespace sarinr
