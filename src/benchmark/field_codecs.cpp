#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "sarinr/base/error.h"
#include "sarinr/benchmark/codec.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/latent.h"
#include "sarinr/scene/report.h"

namespace sarinr::benchmark {

namespace {

/// The image as fit_raster reads it: without georeferencing, as the other codecs have it.
class ImageSource final : public RasterSource {
 public:
  explicit ImageSource(const CodingImage& image) : image_(image) {
    info_.width = image.width;
    info_.height = image.height;
    const Quantity quantity = image.domain == CodingDomain::decibel ? Quantity::decibel : Quantity::other;
    info_.bands = {{quantity, PixelType::f32, std::nullopt}};
    info_.band_names = {"band 1"};
    info_.quantity_reasons = {"asked for"};
    info_.metadata = "{}";
  }
  const RasterInfo& info() const override { return info_; }
  RasterWindow read(const Extent& window) override {
    RasterWindow out{window, std::vector<std::vector<Sample>>(1), {}};
    for (int y = window.y; y < window.y + window.height; ++y) {
      for (int x = window.x; x < window.x + window.width; ++x) {
        const std::size_t i =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) + static_cast<std::size_t>(x);
        const double value = image_.valid[i] != 0 ? image_.values[i] : std::numeric_limits<double>::quiet_NaN();
        out.samples[0].push_back({value, 0});
      }
    }
    return out;
  }

 private:
  const CodingImage& image_;
  RasterInfo info_;
};

class MemorySink final : public ByteSink {
 public:
  void write(ByteView bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void commit() override {}
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Says nothing: the table has its own progress.
class QuietListener final : public JobListener {
 public:
  explicit QuietListener(const std::function<bool()>& go_on) : go_on_(go_on) {}
  void message(const std::string&) override {}
  void warning(const std::string&) override {}
  bool progress(double, double, std::optional<double>) override { return !go_on_ || go_on_(); }

 private:
  const std::function<bool()>& go_on_;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A way to fit, whose rate one number of the job sets.
struct FieldSettings {
  std::string name;
  std::string description;
  std::function<QualityParameter(const CodingImage& image)> parameter;
  std::function<void(RasterSource&, ByteSink&, double parameter, const EngineOptions&, JobListener&)> fit;
};

/// Width of 2-W-W-W-W-1 networks whose 3 W^2 weights, at 7 bits each, take half a bit a pixel.
QualityParameter network_width(const CodingImage& image) {
  const FitJob standard;
  const double tiles = std::max(1.0, std::round(static_cast<double>(image.width) / standard.tile_size)) *
                       std::max(1.0, std::round(static_cast<double>(image.height) / standard.tile_size));
  const double pixels = static_cast<double>(image.pixels()) / tiles;
  return {"width", 4, 512, std::sqrt(0.5 * pixels / (7 * standard.spec.depth)), 2, true, true, 2};
}

FieldSettings network_settings(int epochs) {
  const auto fit = [epochs](RasterSource& source, ByteSink& sink, double width, const EngineOptions& engine,
                            JobListener& listener) {
    FitJob job;
    job.spec.width = static_cast<int>(width);
    job.epochs = epochs;
    job.learning_rate = 0;
    job.activation.learning_rate = 0;
    job.initialisation.clear();
    choose_start(job, std::nullopt);
    complete(job, OptionStyle::command_line);
    fit_raster(
        source, sink, job, [&] { return make_engine(engine, job.spec); }, listener);
  };
  const std::string steps = std::to_string(epochs);
  return {
      "siren-" + steps,
      "sarinr fit --arch siren --width W --epochs " + steps + ": coordinate networks, quantised and coded, mask kept",
      network_width, fit};
}

FieldSettings latent_settings(int effort) {
  const auto fit = [effort](RasterSource& source, ByteSink& sink, double bits, const EngineOptions& engine,
                            JobListener& listener) {
    LatentJob job;
    job.effort = effort;
    job.bits = bits;
    complete(job, OptionStyle::command_line);
    // The torch engine has coordinate networks alone: these are then fitted beside it.
    EngineOptions own = engine;
    if (own.engine == "torch") own = {.engine = "cpu"};
    fit_latent_raster(source, sink, job, *make_latent_engine(own), listener);
  };
  const auto parameter = [](const CodingImage&) {
    // The fit meets the rate itself: whatever it comes to is worth no second one.
    return QualityParameter{"bpp", 0.02, 16, 0.5, 1, true, false, 1};
  };
  const std::string number = std::to_string(effort);
  return {"latent-" + number, "sarinr fit --field latent --effort " + number + " --bpp R: mask kept", parameter, fit};
}

/// From quick to thorough.
std::vector<FieldSettings> all_settings() {
  return {network_settings(60), network_settings(200), network_settings(1000), latent_settings(1),
          latent_settings(3),   latent_settings(5),    latent_settings(7),     latent_settings(9)};
}

class FieldCodec final : public Codec {
 public:
  FieldCodec(FieldSettings settings, FieldCodecOptions options)
      : settings_(std::move(settings)), options_(std::move(options)) {}
  std::string name() const override { return settings_.name; }
  std::string description() const override { return settings_.description; }
  std::string missing() const override { return {}; }
  QualityParameter parameter(const CodingImage& image) const override { return settings_.parameter(image); }

  Coding code(const CodingImage& image, double parameter) const override {
    QuietListener listener(options_.go_on);
    ImageSource source(image);
    MemorySink sink;
    Coding coding;
    auto begin = std::chrono::steady_clock::now();
    settings_.fit(source, sink, parameter, options_.engine, listener);
    coding.encode_seconds = seconds_since(begin);
    Bytes bytes = sink.take();
    coding.bytes = bytes.size();
    begin = std::chrono::steady_clock::now();
    const std::unique_ptr<RasterSource> decoded =
        field_raster(FieldFile::open(memory_source(std::move(bytes)), settings_.name));
    const RasterWindow window = decoded->read({0, 0, image.width, image.height});
    coding.decode_seconds = seconds_since(begin);
    for (const Sample& sample : window.samples.at(0)) coding.values.push_back(static_cast<float>(sample.re));
    return coding;
  }

 private:
  FieldSettings settings_;
  FieldCodecOptions options_;
};

}  // namespace

Codecs field_codecs(const FieldCodecOptions& options) {
  Codecs out;
  for (FieldSettings& settings : all_settings())
    out.push_back(std::make_unique<FieldCodec>(std::move(settings), options));
  return out;
}

}  // namespace sarinr::benchmark
