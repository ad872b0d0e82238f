#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "codec/plane_levels.h"
#include "codec/plane_model.h"
#include "codec/probability_tables.h"
#include "sarinr/codec/binary_coder.h"

namespace sarinr {

/// The indices around a pixel less its first threshold, limited to 4 bits and 3.
struct IndexContext {
  int west = 0;
  int north = 0;
  int north_east = 0;
  /// Two bits each of W, N, NW, NE, WW, NN, first highest: two and more below the threshold, one below, at it, above.
  int around = 0;
  std::int64_t repeated = 0;  ///< the index that stands here again if the column or row repeats the one before
};

/// Codes indices by binary decisions: where the column or row seems to repeat the one before, whether it does; then "at
/// least t": first at the forecast's middle, then outward in steps that grow with
/// the scale, then by halves. A decision's probability is a mixture of what each forecast says and of what passed in
/// its contexts, with weights that are learned as bits pass (logistic mixing; Mahoney 2005), corrected by what was
/// seen at such a probability.
class IndexCoder {
 public:
  explicit IndexCoder(const PlaneLevels& levels);

  void encode(std::int64_t index, const PixelForecast& forecast, std::int64_t first, const IndexContext& context,
              BinaryEncoder& encoder);
  std::int64_t decode(const PixelForecast& forecast, std::int64_t first, const IndexContext& context,
                      BinaryDecoder& decoder);

 private:
  static constexpr int forecasts = PixelForecast::count;
  static constexpr int inputs = forecasts + 4;
  static constexpr int nodes = 64;
  static constexpr int fractions = 8;
  static constexpr int corrections = 33;

  /// What is known of an index: low <= index < high, and each forecast's mass below both.
  struct Search {
    std::int64_t low;
    std::int64_t high;
    std::array<std::uint32_t, forecasts> mass_low;
    std::array<std::uint32_t, forecasts> mass_high;
    int node = 0;
    int rung = 0;
    int side = 0;
    std::int64_t previous;
    std::int64_t step_times_64;
    int fraction;
    int scale_kind;
  };
  /// Everything about one decision that learning from it takes.
  struct Decision {
    std::array<std::uint32_t, forecasts> mass;
    std::array<int, inputs> logit;
    std::array<std::int32_t, inputs>* weights;
    ContextBit* contexts[3];
    std::uint16_t* correction;
    std::uint32_t share;  ///< of 65536, that the bit is 0
    int mixed;
  };

  template <typename Decide>
  std::int64_t search(const PixelForecast& forecast, std::int64_t first, const IndexContext& context,
                      const Decide& decide);
  template <typename Decide>
  bool repeats(const PixelForecast& forecast, const Search& search, const IndexContext& context, const Decide& decide);
  Search begin(const PixelForecast& forecast, std::int64_t first) const;
  Decision weigh(const PixelForecast& forecast, const IndexContext& context, const Search& search,
                 std::int64_t threshold);
  void learn(const Decision& decision, bool bit) const;
  std::int64_t next_threshold(Search& search, std::int64_t first, std::int64_t threshold, bool bit) const;
  bool is_flat(const PixelForecast& forecast, const Search& search) const;

  const PlaneLevels& levels_;
  const ProbabilityTables& tables_;
  std::vector<std::array<std::int32_t, inputs>> weights_;
  std::vector<ContextBit> near_;
  std::vector<ContextBit> shape_;
  std::vector<ContextBit> around_;
  std::array<ContextBit, 12> repeats_;
  std::vector<std::array<std::uint16_t, corrections>> corrections_;
};

}  // namespace sarinr
