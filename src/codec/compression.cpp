#include "codec/compression.h"

#include <zstd.h>

#include <string>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

constexpr int level = 19;
// A block of 128 KiB takes four bytes at least.
constexpr std::uint64_t largest_ratio = 1u << 15;

}  // namespace

Bytes compress(ByteView content) {
  if (content.empty()) return {};
  Bytes frame(ZSTD_compressBound(content.size()));
  const std::size_t size = ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), level);
  if (ZSTD_isError(size)) {
    throw Error(std::string("Zstandard cannot compress: ") + ZSTD_getErrorName(size), ErrorKind::internal);
  }
  frame.resize(size);
  return frame;
}

Result<Bytes> decompress(ByteView frame, std::size_t most) {
  if (frame.empty()) return Bytes();
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Failure{"compressed data do not begin with a Zstandard frame of known size"};
  }
  if (size > most || size > frame.size() * largest_ratio) {
    return Failure{"compressed data claim to hold " + std::to_string(size) + " bytes, more than they can"};
  }
  Bytes content(static_cast<std::size_t>(size));
  const std::size_t written = ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
  if (ZSTD_isError(written) || written != content.size()) return Failure{"compressed data are damaged"};
  return content;
}

}  // namespace sarinr
