#include "sarinr/codec/binary_coder.h"

#include <algorithm>
#include <bit>

namespace sarinr {

namespace {

constexpr int fast_shift = 5;
constexpr int slow_shift = 8;
constexpr std::uint32_t least_range = 1u << 24;

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
  encode_with(bit, model.probability_of_zero());
  model.update(bit);
}

void BinaryEncoder::encode_with(bool bit, std::uint32_t probability_of_zero) {
  const std::uint32_t zero = static_cast<std::uint32_t>((std::uint64_t{range_} * probability_of_zero) >> 16);
  if (bit) {
    low_ += zero;
    range_ -= zero;
  } else {
    range_ = zero;
  }
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

bool BinaryDecoder::decode(BitModel& model) {
  const bool bit = decode_with(model.probability_of_zero());
  model.update(bit);
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
