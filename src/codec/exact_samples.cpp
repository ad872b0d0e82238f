#include "codec/exact_samples.h"

#include "codec/compression.h"

namespace sarinr {

Bytes compress_samples(const Bytes& samples, std::size_t bytes_per_pixel) {
  const std::size_t pixels = samples.size() / bytes_per_pixel;
  Bytes planes(samples.size());
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t k = 0; k < bytes_per_pixel; ++k) planes[k * pixels + i] = samples[i * bytes_per_pixel + k];
  }
  return compress(planes);
}

Result<Bytes> decompress_samples(ByteView frame, std::size_t pixels, std::size_t bytes_per_pixel) {
  const Result<Bytes> planes = decompress(frame, pixels * bytes_per_pixel);
  if (!planes) return planes.failure();
  if (planes->size() != pixels * bytes_per_pixel) return Failure{"exact samples are not as many as the tile's pixels"};
  Bytes samples(planes->size());
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t k = 0; k < bytes_per_pixel; ++k) samples[i * bytes_per_pixel + k] = (*planes)[k * pixels + i];
  }
  return samples;
}

}  // namespace sarinr
