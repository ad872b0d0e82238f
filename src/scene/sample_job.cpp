#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"
#include "sarinr/codec/tile.h"
#include "sarinr/quality/metrics.h"
#include "sarinr/radiometry/raw_samples.h"
#include "sarinr/scene/samples.h"
#include "scene/fit_header.h"

namespace sarinr {

namespace {

using nlohmann::json;

/// A tile from reading to writing.
struct SampleTile {
  int number = 0;
  RasterWindow window;
  Bytes payload;
  std::vector<ErrorStatistics> errors;
};

std::string shown(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", number);
  return text;
}

json promise_json(const SampleBound& bound) {
  if (bound.kind == SampleBound::Kind::lossless) return {{"lossless", true}};
  return {{bound.kind == SampleBound::Kind::decibel ? "max_error_db" : "max_error", bound.limit}};
}

class SampleRun {
 public:
  SampleRun(RasterSource& source, ByteSink& sink, const SampleJob& job, JobListener& listener)
      : source_(source), job_(job), listener_(listener), header_(make_header()), grid_(header_.grid()) {
    errors_.resize(static_cast<std::size_t>(header_.channels()));
    writer_ = std::make_unique<FileWriter>(sink, header_);
  }

  FitReport run() {
    using oneapi::tbb::filter_mode;
    using Item = std::shared_ptr<SampleTile>;
    const auto tokens = 2 * static_cast<std::size_t>(oneapi::tbb::this_task_arena::max_concurrency());
    const auto read = [this](oneapi::tbb::flow_control& flow) -> Item {
      if (next_ == grid_.count()) {
        flow.stop();
        return nullptr;
      }
      auto tile = std::make_shared<SampleTile>();
      tile->number = next_++;
      tile->window = source_.read(grid_.core(tile->number));
      return tile;
    };
    const auto code = [this](const Item& tile) {
      code_tile(*tile);
      return tile;
    };
    oneapi::tbb::parallel_pipeline(
        tokens, oneapi::tbb::make_filter<void, Item>(filter_mode::serial_in_order, read) &
                    oneapi::tbb::make_filter<Item, Item>(filter_mode::parallel, code) &
                    oneapi::tbb::make_filter<Item, void>(filter_mode::serial_in_order,
                                                         [this](const Item& tile) { append(*tile); }));
    return finish();
  }

 private:
  FileHeader make_header() const {
    const RasterInfo& info = source_.info();
    FitJob plain;
    FileHeader header{info.width, info.height, job_.tile_size, 0, info.bands, complete_spec(plain.spec, info), ""};
    const json fit = {{"version", SARINR_VERSION},
                      {"engine", "samples"},
                      {"promise", promise_json(job_.bound)},
                      {"options", json::parse(job_.options_json)}};
    json metadata = {{"raster", json::parse(info.metadata.empty() ? "{}" : info.metadata)}, {"fit", fit}};
    if (info.has_mask) metadata["mask"] = true;
    header.metadata = metadata.dump();
    return header;
  }

  TileContext context(int tile) const { return {&header_.bands, &header_.spec, nullptr, grid_.core(tile)}; }

  void code_tile(SampleTile& tile) const {
    TileContent content;
    content.kind = TileContent::Kind::sampled;
    content.bound = job_.bound;
    for (std::size_t b = 0; b < header_.bands.size(); ++b) {
      const BandModel& band = header_.bands[b];
      std::vector<PixelClass> mask;
      ByteWriter raw;
      for (std::size_t i = 0; i < tile.window.samples[b].size(); ++i) {
        const Sample sample = tile.window.samples[b][i];
        const bool masked = !tile.window.mask.empty() && tile.window.mask[i] == 0;
        mask.push_back(masked ? PixelClass::masked : classify(band, sample));
        refuse_beyond_doubles(band, b, sample);
        encode_sample(band.type, sample, raw);
      }
      if (band.channels() == 0) mask.clear();
      content.masks.push_back(std::move(mask));
      content.exact.push_back(raw.take());
    }
    tile.payload = encode_tile(content, context(tile.number));
    verify(tile, content);
    tile.window = {};
  }

  /// Samples are carried as 64-bit floats: of larger whole numbers nothing can be promised.
  static void refuse_beyond_doubles(const BandModel& band, std::size_t index, Sample sample) {
    constexpr double most = 9007199254740992.0;
    const bool wide = band.type == PixelType::u64 || band.type == PixelType::i64;
    if (!wide || std::abs(sample.re) < most) return;
    throw Error("band " + std::to_string(index + 1) + " has whole numbers of 2^53 and more, of which no error can be " +
                "promised: convert it to Float64, or fit it without a promise");
  }

  /// What a reader will see of the bytes, against the source.
  void verify(SampleTile& tile, const TileContent& source) const {
    const TileContent stored = decode_tile(tile.payload, context(tile.number)).value_or_throw("a tile just written");
    for (std::size_t b = 0; b < header_.bands.size(); ++b) {
      const BandModel& band = header_.bands[b];
      std::vector<ErrorStatistics> errors(static_cast<std::size_t>(band.channels()));
      const std::size_t bytes = bytes_per_pixel(band.type);
      for (std::size_t i = 0; i < tile.window.samples[b].size(); ++i) {
        if (band.channels() > 0 && !has_value(source.masks[b][i])) continue;
        const Sample wanted = decode_sample(band.type, source.exact[b].data() + i * bytes);
        const Sample found = decode_sample(band.type, stored.exact[b].data() + i * bytes);
        if (!within(band, band.channels() > 0 ? job_.bound : SampleBound{}, wanted, found)) broken(tile.number, b);
        double from[2] = {0, 0};
        double to[2] = {0, 0};
        to_fit_domain(band, wanted, from);
        to_fit_domain(band, found, to);
        for (std::size_t c = 0; c < errors.size(); ++c) errors[c].add(from[c], to[c]);
      }
      tile.errors.insert(tile.errors.end(), errors.begin(), errors.end());
    }
  }

  [[noreturn]] static void broken(int tile, std::size_t band) {
    throw Error("tile " + std::to_string(tile) + " breaks its promise in band " + std::to_string(band + 1) +
                    ": nothing was written",
                ErrorKind::internal);
  }

  void append(SampleTile& tile) {
    writer_->append_tile(tile.payload);
    for (std::size_t c = 0; c < errors_.size(); ++c) errors_[c].merge(tile.errors[c]);
    if (!listener_.progress(tile.number + 1, grid_.count(), std::nullopt)) {
      throw Error("interrupted", ErrorKind::interrupted);
    }
  }

  FitReport finish() {
    FitReport report;
    for (const ErrorStatistics& error : errors_) {
      report.channels.push_back({static_cast<float>(error.mean_square_error().value_or(0)),
                                 static_cast<float>(error.reference_low().value_or(0)),
                                 static_cast<float>(error.reference_high().value_or(0))});
      report.valid_values += error.count();
    }
    writer_->finish(report.channels);
    report.sizes = writer_->sizes();
    report.tiles = grid_.count();
    report.engine = "samples";
    return report;
  }

  RasterSource& source_;
  const SampleJob& job_;
  JobListener& listener_;
  FileHeader header_;
  TileGrid grid_;
  std::unique_ptr<FileWriter> writer_;
  std::vector<ErrorStatistics> errors_;
  int next_ = 0;
};

}  // namespace

void check(const SampleJob& job, const RasterInfo& info, OptionStyle style) {
  const bool shell = style == OptionStyle::command_line;
  const SampleBound& bound = job.bound;
  if (bound.kind == SampleBound::Kind::lossless) return;
  const bool decibel = bound.kind == SampleBound::Kind::decibel;
  const std::string option =
      decibel ? (shell ? "--max-error-db" : "MAX_ERROR_DB") : (shell ? "--max-error" : "MAX_ERROR");
  if (!(bound.limit > 0) || !std::isfinite(bound.limit)) {
    throw Error(option + " is " + shown(bound.limit) + "; it must be a positive number (" +
                (shell ? "--lossless" : "LOSSLESS") + " keeps every pixel as it is)");
  }
  if (!decibel) return;
  for (std::size_t b = 0; b < info.bands.size(); ++b) {
    const Quantity quantity = info.bands[b].quantity;
    if (quantity == Quantity::categorical || is_detected(quantity)) continue;
    throw Error(option + " needs amplitude, power or decibels, but band " + std::to_string(b + 1) + " is of quantity " +
                std::string(name(quantity)) + ": give " +
                (shell ? "--max-error or --lossless" : "MAX_ERROR or LOSSLESS"));
  }
}

FitReport fit_samples(RasterSource& source, ByteSink& sink, const SampleJob& job, JobListener& listener) {
  return SampleRun(source, sink, job, listener).run();
}

std::string promise_of(const std::string& metadata) {
  const json parsed = json::parse(metadata, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("fit") || !parsed["fit"].is_object()) return {};
  const json promise = parsed["fit"].value("promise", json());
  if (!promise.is_object()) return {};
  const auto limit = [&](const char* key) { return shown(promise[key].get<double>()); };
  if (promise.contains("max_error_db") && promise["max_error_db"].is_number()) {
    return "every valid pixel within " + limit("max_error_db") + " dB";
  }
  if (promise.contains("max_error") && promise["max_error"].is_number()) {
    return "every valid pixel within " + limit("max_error");
  }
  return promise.contains("lossless") ? "lossless" : "";
}

}  // namespace sarinr
