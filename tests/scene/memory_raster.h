#pragma once

#include <functional>
#include <map>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/scene/jobs.h"

namespace sarinr::test {

/// A raster computed from a function of (band, column, row).
class ComputedRaster final : public RasterSource {
 public:
  using Function = std::function<Sample(int, int, int)>;
  ComputedRaster(int width, int height, std::vector<BandModel> bands, Function function)
      : function_(std::move(function)) {
    info_.width = width;
    info_.height = height;
    info_.bands = std::move(bands);
    for (std::size_t b = 0; b < info_.bands.size(); ++b) {
      info_.band_names.push_back("band " + std::to_string(b + 1));
      info_.quantity_reasons.emplace_back("asked for");
    }
    info_.metadata = R"({"crs":"EPSG:32631"})";
  }
  const RasterInfo& info() const override { return info_; }
  RasterInfo& change() { return info_; }
  std::function<bool(int, int)> mask;

  RasterWindow read(const Extent& window) override {
    RasterWindow out;
    out.extent = window;
    out.samples.resize(info_.bands.size());
    for (int y = window.y; y < window.y + window.height; ++y) {
      for (int x = window.x; x < window.x + window.width; ++x) {
        for (std::size_t b = 0; b < out.samples.size(); ++b) {
          out.samples[b].push_back(function_(static_cast<int>(b), x, y));
        }
        if (mask) out.mask.push_back(mask(x, y) ? 1 : 0);
      }
    }
    return out;
  }

 private:
  RasterInfo info_;
  Function function_;
};

class MemorySink final : public ByteSink {
 public:
  void write(ByteView bytes) override { data.insert(data.end(), bytes.begin(), bytes.end()); }
  void commit() override {}
  Bytes data;
};

class MemoryRaster final : public RasterSink {
 public:
  explicit MemoryRaster(int width) : width_(width) {}
  void write(const RasterWindow& window) override {
    for (std::size_t b = 0; b < window.samples.size(); ++b) {
      for (std::size_t i = 0; i < window.samples[b].size(); ++i) {
        const int x = window.extent.x + static_cast<int>(i) % window.extent.width;
        const int y = window.extent.y + static_cast<int>(i) / window.extent.width;
        const auto [place, fresh] =
            samples.emplace(std::pair{static_cast<int>(b), y * width_ + x}, window.samples[b][i]);
        if (!fresh) throw Error("a pixel was written twice", ErrorKind::internal);
        if (b == 0 && !window.mask.empty()) mask[y * width_ + x] = window.mask[i];
      }
    }
  }
  void commit() override {}
  Sample at(int band, int x, int y) const { return samples.at({band, y * width_ + x}); }
  std::map<std::pair<int, int>, Sample> samples;
  std::map<int, std::uint8_t> mask;

 private:
  int width_;
};

class Silent final : public JobListener {
 public:
  void message(const std::string&) override {}
  void warning(const std::string& sentence) override { warnings.push_back(sentence); }
  bool progress(double, double, std::optional<double>) override { return --steps_left != 0; }
  std::vector<std::string> warnings;
  int steps_left = -1;
};

/// What an act says that fails.
inline std::string failure(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// Stands in for an engine where no real fit is needed: its networks give 0, the normalised mean of every channel.
class MeanEngine final : public Engine {
 public:
  std::string name() const override { return "mean"; }
  std::string description() const override { return "mean of each tile, for tests"; }
  std::vector<float> activate(const FitProblem& problem, const ActivationOptions&, const StepCallback&) override {
    return problem.start;
  }
  std::vector<TileFit> fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                           const FitOptions& options, const StepCallback& step) override {
    std::vector<TileFit> fits;
    const TensorInfo last = architecture(problem.spec.architecture).tensors(problem.spec).back();
    const std::size_t matrix = static_cast<std::size_t>(problem.spec.outputs) * problem.spec.width;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      if (step && !step(static_cast<std::size_t>(options.epochs))) throw Error("interrupted", ErrorKind::interrupted);
      TileFit fit;
      fit.weights = problem.start;
      for (std::size_t k = last.offset - matrix; k < fit.weights.size(); ++k) fit.weights[k] = 0;
      fit.epochs = options.epochs;
      fits.push_back(std::move(fit));
    }
    return fits;
  }
  int preferred_batch(const FitProblem&, std::size_t) const override { return batch; }
  int batch = 3;
};

}  // namespace sarinr::test
