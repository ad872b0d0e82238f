#include "codec/compression.h"

#include <zstd.h>

#include <memory>
#include <string>

#include "sarinr/base/error.h"

namespace sarinr {

namespace {

constexpr int level = 19;
// A block of 128 KiB takes four bytes at least.
constexpr std::uint64_t largest_ratio = 1u << 15;

}  // namespace

Bytes compress(ByteView content, ByteView dictionary) {
  if (content.empty()) return {};
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  Bytes frame(ZSTD_compressBound(content.size()));
  const std::size_t size = ZSTD_compress_usingDict(context.get(), frame.data(), frame.size(), content.data(),
                                                   content.size(), dictionary.data(), dictionary.size(), level);
  if (ZSTD_isError(size)) {
    throw Error(std::string("Zstandard cannot compress: ") + ZSTD_getErrorName(size), ErrorKind::internal);
  }
  frame.resize(size);
  return frame;
}

Result<Bytes> decompress(ByteView frame, std::size_t most, ByteView dictionary) {
  if (frame.empty()) return Bytes();
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Failure{"compressed data do not begin with a Zstandard frame of known size"};
  }
  if (size > most || size > frame.size() * largest_ratio) {
    return Failure{"compressed data claim to hold " + std::to_string(size) + " bytes, more than they can"};
  }
  Bytes content(static_cast<std::size_t>(size));
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  const std::size_t written = ZSTD_decompress_usingDict(context.get(), content.data(), content.size(), frame.data(),
                                                        frame.size(), dictionary.data(), dictionary.size());
  if (ZSTD_isError(written) || written != content.size()) return Failure{"compressed data are damaged"};
  return content;
}

}  // namespace sarinr
