#include "request.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "sarinr/base/error.h"

namespace sarinr::geo::driver {

namespace {

/// Pieces of the buffer, `step` pixels wide and high, cut where the level's blocks are cut.
std::vector<Extent> pieces(const Request& request, int step, int x_phase, int y_phase) {
  std::vector<Extent> extents;
  for (int y = 0; y < request.rows;) {
    const int height = std::min(request.rows - y, step - (y + y_phase) % step);
    for (int x = 0; x < request.columns;) {
      const int width = std::min(request.columns - x, step - (x + x_phase) % step);
      extents.push_back({x, y, width, height});
      x += width;
    }
    y += height;
  }
  return extents;
}

void report(const Request& request, std::size_t done, std::size_t total) {
  if (request.progress == nullptr) return;
  if (request.progress(static_cast<double>(done) / static_cast<double>(total), "", request.progress_data) == 0) {
    throw Error("interrupted by the user", ErrorKind::interrupted);
  }
}

/// Calls work(i) for 0 to count - 1 on the threads that GDAL_NUM_THREADS allows; the caller's thread is one of them and
/// alone reports progress. The first failure is thrown when all have stopped.
void for_each_piece(std::size_t count, const Request& request, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> done{0};
  std::atomic<bool> stop{false};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run = [&](bool reports) {
    try {
      for (std::size_t i = next++; i < count && !stop; i = next++) {
        work(i);
        ++done;
        if (reports) report(request, done, count);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      stop = true;
    }
  };
  {
    std::vector<std::jthread> helpers;
    const auto threads = std::min(count, static_cast<std::size_t>(allowed_threads()));
    for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back(run, false);
    run(true);
  }
  if (failure) std::rethrow_exception(failure);
  if (request.progress != nullptr) report(request, count, count);
}

/// Copies a piece of a band into the caller's buffer, whatever its type and spacing.
void put(const Request& request, std::size_t band, const Extent& piece, const void* source, GDALDataType type,
         int stride) {
  const auto* line = static_cast<const GByte*>(source);
  for (int y = 0; y < piece.height; ++y, line += static_cast<std::ptrdiff_t>(stride) * piece.width) {
    GByte* target = request.data + request.band_space * static_cast<GSpacing>(band) +
                    request.line_space * (piece.y + y) + request.pixel_space * piece.x;
    GDALCopyWords64(line, type, stride, target, request.type, static_cast<int>(request.pixel_space), piece.width);
  }
}

void put_band(const Request& request, std::size_t place, const Extent& piece, const BandModel& band,
              const std::vector<Sample>& samples) {
  const GDALDataType wide = is_complex(band.type) ? GDT_CFloat64 : GDT_Float64;
  put(request, place, piece, samples.data(), wide, sizeof(Sample));
}

void put_mask(const Request& request, const Extent& piece, const std::vector<std::uint8_t>& mask) {
  std::vector<GByte> bytes(mask.size());
  std::transform(mask.begin(), mask.end(), bytes.begin(), [](std::uint8_t valid) { return valid != 0 ? 255 : 0; });
  put(request, 0, piece, bytes.data(), GDT_Byte, 1);
}

}  // namespace

void take_extra(const GDALRasterIOExtraArg* extra, Request& request) {
  request.x = request.window.x;
  request.y = request.window.y;
  request.width = request.window.width;
  request.height = request.window.height;
  if (extra == nullptr) return;
  request.resampling = extra->eResampleAlg;
  request.progress = extra->pfnProgress;
  request.progress_data = extra->pProgressData;
  if (extra->bFloatingPointWindowValidity == 0) return;
  request.x = extra->dfXOff;
  request.y = extra->dfYOff;
  request.width = extra->dfXSize;
  request.height = extra->dfYSize;
}

int allowed_threads() {
  const char* text = CPLGetConfigOption("GDAL_NUM_THREADS", "1");
  const long threads = EQUAL(text, "ALL_CPUS") ? CPLGetNumCPUs() : std::strtol(text, nullptr, 10);
  return static_cast<int>(std::clamp(threads, 1L, 256L));
}

void read_native(const Pyramid& pyramid, const std::vector<BandModel>& bands, const Request& request) {
  const std::vector<Extent> all =
      pieces(request, block_size, request.window.x % block_size, request.window.y % block_size);
  const Level& level = pyramid.level(request.level);
  for_each_piece(all.size(), request, [&](std::size_t i) {
    const Extent& piece = all[i];
    const TargetWindow window =
        level.read({request.window.x + piece.x, request.window.y + piece.y, piece.width, piece.height});
    if (request.mask) return put_mask(request, piece, window.mask);
    for (std::size_t b = 0; b < request.bands.size(); ++b) {
      const auto band = static_cast<std::size_t>(request.bands[b]);
      put_band(request, b, piece, bands[band], window.samples[band]);
    }
  });
}

void read_resampled(const Pyramid& pyramid, const std::vector<BandModel>& bands, const Request& request) {
  const Level& native = pyramid.level(0);
  const Level& level = pyramid.level(request.level);
  const double column = static_cast<double>(native.width()) / level.width();
  const double row = static_cast<double>(native.height()) / level.height();
  const Pyramid::Part part{request.x * column,   request.y * row, request.width * column,
                           request.height * row, request.columns, request.rows};
  const PartRenderer made = pyramid.renderer(part, request.bands);
  const TargetRenderer* renderer = made.renderer.get();
  const std::vector<Extent> all = pieces(request, renderer->preferred_window(request.columns, request.rows), 0, 0);
  for_each_piece(all.size(), request, [&](std::size_t i) {
    const TargetWindow window = renderer->render(all[i]);
    if (request.mask) return put_mask(request, all[i], window.mask);
    for (std::size_t b = 0; b < request.bands.size(); ++b) {
      put_band(request, b, all[i], bands[static_cast<std::size_t>(request.bands[b])], window.samples[b]);
    }
  });
}

}  // namespace sarinr::geo::driver
