#pragma once

#include <array>
#include <cstdint>

namespace sarinr {

/// Tables of the logistic function in whole numbers. They are made by IEEE additions, multiplications and divisions in
/// a fixed order, so that every machine has the same.
struct ProbabilityTables {
  static const ProbabilityTables& get();

  /// Logits are natural ones times 256, limited to +-2047.
  static constexpr int largest_logit = 2047;
  /// 1 / (1 + exp(-logit / 256)) as a share of 65536.
  std::uint16_t probability(int logit) const;
  /// The logit of a share of 4096 in [0, 4095].
  int logit(int share) const { return logits[static_cast<std::size_t>(share)]; }

  /// The logistic distribution at z / 4096 as a share of 2^30, interpolated between 64ths.
  std::uint32_t distribution(std::int64_t z) const;

  std::array<std::uint16_t, 4096> probabilities;
  std::array<std::int16_t, 4096> logits;
  std::array<std::uint32_t, 4097> masses;

 private:
  ProbabilityTables();
};

}  // namespace sarinr
