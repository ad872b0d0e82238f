#include "sarinr/codec/binary_coder.h"

#include <algorithm>
#include <bit>

namespace sarinr {

namespace {

constexpr int fast_shift = 5;
constexpr int slow_shift = 8;
constexpr std::uint32_t least_range = 1u << 24;

// A 64-bit product keeps all the precision that a 32-bit range has, at no cost on a 64-bit machine.
std::uint32_t share_of_zero(std::uint32_t range, const BitModel& model) {
  return static_cast<std::uint32_t>((std::uint64_t{range} * model.probability_of_zero()) >> 16);
}

}  // namespace

std::uint32_t BitModel::probability_of_zero() const { return (std::uint32_t{fast_} + slow_) / 2; }

void BitModel::update(bool bit) {
  // Near 1 / (n + 1.5) at the n-th bit, so that the first bits count like an average, until the final rate is reached.
  const int warm_up = std::bit_width(seen_ + 1u);
  if (warm_up < slow_shift) ++seen_;
  const std::uint32_t target = bit ? 0u : 65535u;
  const auto follow = [target](std::uint16_t& estimate, int shift) {
    const std::uint32_t distance = target > estimate ? target - estimate : estimate - target;
    const std::uint32_t move = distance >> shift;
    estimate = static_cast<std::uint16_t>(target > estimate ? estimate + move : estimate - move);
  };
  follow(fast_, std::min(warm_up, fast_shift));
  follow(slow_, std::min(warm_up, slow_shift));
}

void BinaryEncoder::encode(bool bit, BitModel& model) {
  const std::uint32_t zero = share_of_zero(range_, model);
  if (bit) {
    low_ += zero;
    range_ -= zero;
  } else {
    range_ = zero;
  }
  model.update(bit);
  while (range_ < least_range) {
    range_ <<= 8;
    shift_low();
  }
}

void BinaryEncoder::encode_raw(std::uint32_t bits, int count) {
  for (int i = count - 1; i >= 0; --i) {
    range_ >>= 1;
    if ((bits >> i) & 1) low_ += range_;
    while (range_ < least_range) {
      range_ <<= 8;
      shift_low();
    }
  }
}

// Bytes that a later carry could still change wait as `cache_` and a run of 0xFF.
void BinaryEncoder::shift_low() {
  if (low_ < 0xFF000000u || low_ > 0xFFFFFFFFu) {
    const std::uint8_t carry = static_cast<std::uint8_t>(low_ >> 32);
    for (std::uint8_t byte = cache_; pending_ > 0; --pending_, byte = 0xFF) {
      bytes_.push_back(static_cast<std::uint8_t>(byte + carry));
    }
    cache_ = static_cast<std::uint8_t>(low_ >> 24);
  }
  ++pending_;
  low_ = (low_ & 0x00FFFFFFu) << 8;
}

Bytes BinaryEncoder::finish() {
  // Any number in [low, low + range) decides the stream: the one with the most zeros at its end is taken.
  const std::uint64_t last = low_ + range_ - 1;
  int zeros = 32;
  while (((last >> zeros) << zeros) < low_) --zeros;
  low_ = (last >> zeros) << zeros;
  for (int i = 0; i < 5; ++i) shift_low();
  // The first byte out of a carry coder is the carry of an empty cache: always zero.
  bytes_.erase(bytes_.begin());
  while (!bytes_.empty() && bytes_.back() == 0) bytes_.pop_back();
  return std::move(bytes_);
}

BinaryDecoder::BinaryDecoder(ByteView bytes) : bytes_(bytes) {
  for (int i = 0; i < 4; ++i) code_ = (code_ << 8) | next();
}

std::uint8_t BinaryDecoder::next() { return position_ < bytes_.size() ? bytes_[position_++] : std::uint8_t{0}; }

bool BinaryDecoder::decode(BitModel& model) {
  const std::uint32_t zero = share_of_zero(range_, model);
  const bool bit = code_ >= zero;
  if (bit) {
    code_ -= zero;
    range_ -= zero;
  } else {
    range_ = zero;
  }
  model.update(bit);
  while (range_ < least_range) {
    range_ <<= 8;
    code_ = (code_ << 8) | next();
  }
  return bit;
}

std::uint32_t BinaryDecoder::decode_raw(int count) {
  std::uint32_t bits = 0;
  for (int i = 0; i < count; ++i) {
    range_ >>= 1;
    const bool bit = code_ >= range_;
    if (bit) code_ -= range_;
    bits = (bits << 1) | (bit ? 1u : 0u);
    while (range_ < least_range) {
      range_ <<= 8;
      code_ = (code_ << 8) | next();
    }
  }
  return bits;
}

}  // namespace sarinr
