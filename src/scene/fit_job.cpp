#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"
#include "sarinr/codec/step_search.h"
#include "sarinr/scene/jobs.h"
#include "scene/overviews.h"
#include "scene/prepare.h"
#include "scene/tile_coder.h"

namespace sarinr {

namespace {

using nlohmann::json;

/// Adds up progress from several threads: units are epochs of tiles.
class Meter {
 public:
  Meter(JobListener& listener, double total) : listener_(listener), total_(total) {}
  bool advance(double units) {
    const std::lock_guard lock(mutex_);
    done_ = std::min(total_, done_ + units);
    return listener_.progress(done_, total_, psnr_);
  }
  void set_psnr(std::optional<double> value) {
    const std::lock_guard lock(mutex_);
    psnr_ = value;
  }

 private:
  JobListener& listener_;
  std::mutex mutex_;
  double total_;
  double done_ = 0;
  std::optional<double> psnr_;
};

struct Batch {
  std::vector<PreparedTile> tiles;
  std::vector<TileFit> fits;  ///< one per tile; no weights where it needs no network
};

FieldSpec complete(FieldSpec spec, const RasterInfo& info) {
  int channels = 0;
  for (const BandModel& band : info.bands) channels += band.channels();
  spec.outputs = std::max(1, channels);
  if (spec.parameters.empty()) {
    for (const ParameterInfo& parameter : architecture(spec.architecture).parameters()) {
      spec.parameters.push_back(static_cast<float>(parameter.value));
    }
  }
  check(spec);
  return spec;
}

/// One run of fit_raster; its methods are the stages in order.
class FitRun {
 public:
  FitRun(RasterSource& source, ByteSink& sink, const FitJob& job, const std::function<std::unique_ptr<Engine>()>& make,
         JobListener& listener)
      : source_(source),
        job_(job),
        make_(make),
        listener_(listener),
        spec_(complete(job.spec, source.info())),
        grid_(source.info().width, source.info().height, job.tile_size, job.overlap),
        meter_(listener, static_cast<double>(grid_.count()) * job.epochs + overview_work(source.info(), job)),
        sink_(sink) {
    problem_ = {spec_, grid_.columns().largest_support(), grid_.rows().largest_support(), {}};
    errors_.resize(static_cast<std::size_t>(channel_count()));
  }

  FitReport run() {
    find_targets();
    using oneapi::tbb::filter_mode;
    using Item = std::shared_ptr<Batch>;
    // Three batches at once: one being read, one in the engine, one being coded.
    oneapi::tbb::parallel_pipeline(
        3, oneapi::tbb::make_filter<void, Item>(filter_mode::serial_in_order, [this](oneapi::tbb::flow_control& flow) {
             return read_batch(flow);
           }) & oneapi::tbb::make_filter<Item, Item>(filter_mode::serial_in_order, [this](const Item& batch) {
             return fit_batch(batch);
           }) & oneapi::tbb::make_filter<Item, void>(filter_mode::serial_in_order, [this](const Item& batch) {
             code_batch(*batch);
           }));
    return finish();
  }

 private:
  int channel_count() const {
    int channels = 0;
    for (const BandModel& band : source_.info().bands) channels += band.channels();
    return channels;
  }

  /// Mean square errors, in fit-domain units per channel, at which tiles stop; infinite where there is no such wish.
  void find_targets() {
    if (!job_.target_psnr && !job_.target_rmse_db) return;
    for (const BandModel& band : source_.info().bands) {
      if (job_.target_rmse_db && band.channels() > 0 && !is_detected(band.quantity)) {
        throw Error("--target-rmse-db needs bands fitted in decibels, but one is of quantity " +
                    std::string(name(band.quantity)) + ": give --target-psnr");
      }
      const double square =
          job_.target_rmse_db ? *job_.target_rmse_db * *job_.target_rmse_db : std::numeric_limits<double>::infinity();
      target_.insert(target_.end(), static_cast<std::size_t>(band.channels()), square);
    }
    if (!job_.target_psnr) return;
    std::vector<ErrorStatistics> values(target_.size());
    for (int tile = 0; tile < grid_.count(); ++tile) {
      const PreparedTile prepared = prepare_tile(source_.info(), grid_, tile, source_.read(grid_.support(tile)));
      for (std::size_t c = 0; c < values.size(); ++c) values[c].merge(prepared.values[c]);
    }
    for (std::size_t c = 0; c < target_.size(); ++c) {
      const double range = values[c].reference_high().value_or(0) - values[c].reference_low().value_or(0);
      target_[c] = std::min(target_[c], range * range / std::pow(10.0, *job_.target_psnr / 10));
    }
  }

  std::shared_ptr<Batch> read_batch(oneapi::tbb::flow_control& flow) {
    auto batch = std::make_shared<Batch>();
    if (next_tile_ == grid_.count()) {
      flow.stop();
      return batch;
    }
    const int end = std::min(grid_.count(), next_tile_ + batch_size());
    for (; next_tile_ < end; ++next_tile_) {
      batch->tiles.push_back(prepare_tile(source_.info(), grid_, next_tile_, source_.read(grid_.support(next_tile_))));
    }
    return batch;
  }

  /// Before the engine exists a small batch will do: it may turn out that no tile needs one.
  int batch_size() {
    const std::lock_guard lock(engine_mutex_);
    return engine_ ? std::max(1, engine_->preferred_batch(problem_, job_.memory)) : 4;
  }

  std::shared_ptr<Batch> fit_batch(const std::shared_ptr<Batch>& batch) {
    batch->fits.resize(batch->tiles.size());
    std::vector<NormalisedTile> targets;
    std::vector<std::size_t> places;
    FitOptions options{job_.epochs, job_.learning_rate, {}};
    for (std::size_t i = 0; i < batch->tiles.size(); ++i) {
      if (!batch->tiles[i].needs_network) continue;
      places.push_back(i);
      targets.push_back(batch->tiles[i].target);
      if (!target_.empty()) options.target.push_back(normalised_target(batch->tiles[i]));
    }
    if (!targets.empty()) {
      start_engine();
      std::vector<TileFit> fits = engine_->fit(
          problem_, targets, options, [this](std::size_t done) { return meter_.advance(static_cast<double>(done)); });
      for (std::size_t k = 0; k < places.size(); ++k) batch->fits[places[k]] = std::move(fits[k]);
    }
    const double idle = static_cast<double>(batch->tiles.size() - targets.size());
    if (!meter_.advance(idle * job_.epochs)) throw Error("interrupted", ErrorKind::interrupted);
    return batch;
  }

  std::vector<float> normalised_target(const PreparedTile& tile) const {
    std::vector<float> limits;
    for (std::size_t c = 0; c < target_.size(); ++c) {
      const double scale = static_cast<double>(tile.content.channels[c].scale);
      // Quantisation takes its share afterwards.
      limits.push_back(static_cast<float>(target_[c] / (scale * scale) / (1 + quantisation_share)));
    }
    return limits;
  }

  /// Makes the engine and the weights that every fit starts from: fresh ones, self-activated, on their own
  /// quantisation.
  void start_engine() {
    if (engine_) return;
    std::unique_ptr<Engine> engine = make_();
    problem_.start = architecture(spec_.architecture).initialise(spec_, job_.seed);
    if (job_.activation.epochs > 0) {
      problem_.start = engine->activate(problem_, job_.activation, [this](std::size_t) { return meter_.advance(0); });
    }
    constexpr int start_bits = 10;
    start_ = quantise_weights(spec_, problem_.start, fixed_bit_steps(spec_, problem_.start, start_bits));
    problem_.start = dequantise(spec_, start_, nullptr);
    listener_.message("engine: " + engine->description());
    const std::lock_guard lock(engine_mutex_);
    engine_ = std::move(engine);
  }

  void code_batch(Batch& batch) {
    const auto first = std::find_if(batch.tiles.begin(), batch.tiles.end(),
                                    [](const PreparedTile& tile) { return tile.needs_network; });
    if (!writer_ && first != batch.tiles.end()) {
      begin_file();
      decide_on_sharing(*first, batch.fits[static_cast<std::size_t>(first - batch.tiles.begin())].weights);
    }
    std::vector<CodedTile> coded(batch.tiles.size());
    oneapi::tbb::parallel_for(std::size_t{0}, coded.size(), [&](std::size_t i) {
      coded[i] = code_tile(problem_, batch.tiles[i], batch.fits[i].weights, job_.weight_bits,
                           context(batch.tiles[i].tile), grid_);
    });
    for (std::size_t i = 0; i < coded.size(); ++i) {
      append(std::move(coded[i].payload));
      for (std::size_t c = 0; c < errors_.size(); ++c) errors_[c].merge(coded[i].errors[c]);
      report_.network_tiles += batch.tiles[i].needs_network ? 1 : 0;
      report_.tile_epochs += static_cast<std::size_t>(batch.fits[i].epochs);
    }
    report_.channels = summary();
    meter_.set_psnr(report_.psnr());
  }

  /// Tiles without a network wait until the first with one: header and shared weights stand before them in the file.
  /// They are small; if they add up all the same, the file begins without shared weights.
  void append(Bytes payload) {
    constexpr std::size_t most_waiting = std::size_t{1} << 24;
    waiting_bytes_ += payload.size();
    waiting_.push_back(std::move(payload));
    if (!writer_ && waiting_bytes_ > most_waiting) begin_file();
    if (writer_) flush();
  }

  void flush() {
    for (const Bytes& payload : waiting_) writer_->append_tile(payload);
    waiting_.clear();
    waiting_bytes_ = 0;
  }

  void begin_file() {
    const RasterInfo& info = source_.info();
    json fit = {{"version", SARINR_VERSION},
                {"engine", engine_ ? engine_->description() : "none"},
                {"seed", job_.seed},
                {"epochs", job_.epochs},
                {"learning_rate", job_.learning_rate},
                {"activation",
                 {{"epochs", job_.activation.epochs},
                  {"learning_rate", job_.activation.learning_rate},
                  {"lambda", job_.activation.lambda}}},
                {"weight_bits", job_.weight_bits},
                {"options", json::parse(job_.options_json)}};
    json metadata = {{"raster", json::parse(info.metadata.empty() ? "{}" : info.metadata)}, {"fit", std::move(fit)}};
    if (info.has_mask) metadata["mask"] = true;
    const FileHeader header{info.width, info.height, job_.tile_size, job_.overlap, info.bands, spec_, metadata.dump()};
    writer_ = std::make_unique<FileWriter>(sink_, header);
  }

  /// Shared start weights cost one tensor set a file and save some bits in every tile. The first network tile decides,
  /// so that the file does not depend on how tiles were batched.
  void decide_on_sharing(const PreparedTile& first, const std::vector<float>& weights) {
    const std::vector<std::int8_t> steps = choose_steps(problem_, first, weights, job_.weight_bits);
    const std::size_t alone = coded_size(quantise_weights(spec_, weights, steps));
    const std::size_t difference = coded_size(quantise_smallest(spec_, weights, steps, start_));
    const double saved = static_cast<double>(alone) - static_cast<double>(difference);
    constexpr int record_bytes = 16;
    if (saved * grid_.count() <= static_cast<double>(coded_size(start_) + record_bytes)) return;
    shared_ = start_;
    writer_->write_shared(shared_);
  }

  static std::size_t coded_size(const QuantisedWeights& weights) {
    ByteWriter writer;
    encode_weights(weights, writer);
    return writer.size();
  }

  TileContext context(int tile) const {
    return {&source_.info().bands, &spec_, shared_.empty() ? nullptr : &shared_, grid_.core(tile)};
  }

  std::vector<ChannelSummary> summary() const {
    std::vector<ChannelSummary> channels;
    for (const ErrorStatistics& error : errors_) {
      channels.push_back({static_cast<float>(error.mean_square_error().value_or(0)),
                          static_cast<float>(error.reference_low().value_or(0)),
                          static_cast<float>(error.reference_high().value_or(0))});
    }
    return channels;
  }

  FitReport finish() {
    const bool any_value =
        std::any_of(errors_.begin(), errors_.end(), [](const ErrorStatistics& e) { return e.count() > 0; });
    if (!errors_.empty() && !any_value) listener_.warning("the raster has no valid pixel: nothing was fitted");
    if (any_value && report_.network_tiles == 0) {
      listener_.warning("no tile needed a network: the raster is constant, or so small that it was stored losslessly");
    }
    if (source_.info().has_mask && channel_count() == 0) {
      listener_.warning("the raster's own mask is not kept: all its bands are categorical");
    }
    if (!writer_) begin_file();
    flush();
    if (job_.overviews) {
      fit_overviews(source_, job_, make_, *writer_, [this](double work) { return meter_.advance(work); });
    }
    report_.channels = summary();
    writer_->finish(report_.channels);
    report_.sizes = writer_->sizes();
    report_.tiles = grid_.count();
    report_.engine = engine_ ? engine_->description() : "none";
    return report_;
  }

  RasterSource& source_;
  const FitJob& job_;
  const std::function<std::unique_ptr<Engine>()>& make_;
  JobListener& listener_;
  FieldSpec spec_;
  TileGrid grid_;
  Meter meter_;
  ByteSink& sink_;
  FitProblem problem_;
  QuantisedWeights start_;
  QuantisedWeights shared_;
  std::vector<Bytes> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::mutex engine_mutex_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<FileWriter> writer_;
  std::vector<double> target_;
  std::vector<ErrorStatistics> errors_;
  int next_tile_ = 0;
  FitReport report_;
};

}  // namespace

std::optional<double> psnr(const ChannelSummary& channel) {
  const double range = static_cast<double>(channel.high) - static_cast<double>(channel.low);
  if (!(range > 0) || !(channel.mean_square_error > 0)) return std::nullopt;
  return 10 * std::log10(range * range / static_cast<double>(channel.mean_square_error));
}

std::optional<double> FitReport::psnr() const {
  double sum = 0;
  int count = 0;
  for (const ChannelSummary& channel : channels) {
    const std::optional<double> value = sarinr::psnr(channel);
    if (!value) continue;
    sum += *value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

FitReport fit_raster(RasterSource& source, ByteSink& sink, const FitJob& job,
                     const std::function<std::unique_ptr<Engine>()>& make, JobListener& listener) {
  return FitRun(source, sink, job, make, listener).run();
}

}  // namespace sarinr
