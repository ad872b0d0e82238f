#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>

#include "sarinr/base/error.h"
#include "sarinr/codec/step_search.h"
#include "sarinr/field/initialisation.h"
#include "sarinr/scene/fit_work.h"
#include "scene/fit_header.h"
#include "scene/fit_levels.h"
#include "scene/overviews.h"
#include "scene/part_entries.h"
#include "scene/prepare.h"
#include "scene/rank_ledger.h"
#include "scene/tile_coder.h"
#include "scene/tile_ledger.h"

namespace sarinr {

namespace {

/// Adds up progress from several threads: units are epochs of tiles.
class Meter {
 public:
  Meter(JobListener& listener, double total) : listener_(listener), total_(std::max(total, 1.0)) {}
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
  /// What the fits started from; none before the level's first tile with a network.
  std::shared_ptr<const StartEntry> start;
  bool is_fitted = false;
};

/// What all levels of a job share.
struct FitResources {
  const FitJob& job;
  const std::function<std::unique_ptr<Engine>()>& make;
  JobListener& listener;
  TileLedger& ledger;
  Meter& meter;
  Trace* trace;
  std::unique_ptr<Engine> engine;  ///< made when the first tile needs one
};

/// The fit of one level; its methods are the stages in order.
class FitRun {
 public:
  FitRun(RasterSource& source, int level, const FitLevel& place, FitResources& resources)
      : source_(source),
        level_(level),
        place_(place),
        resources_(resources),
        job_(resources.job),
        spec_(complete_spec(job_.spec, source.info())),
        grid_(source.info().width, source.info().height, job_.tile_size, job_.overlap),
        totals_(static_cast<std::size_t>(channel_count())) {
    problem_ = {spec_, grid_.columns().largest_support(), grid_.rows().largest_support(), {}};
  }

  void run() {
    const LevelEntry entry{place_.factor, encode_header(make_header(source_.info(), job_))};
    resources_.ledger.put(entry_kind::level, static_cast<std::uint64_t>(level_), encode(entry));
    find_targets();
    using oneapi::tbb::filter_mode;
    using Item = std::shared_ptr<Batch>;
    // Three batches at once: one being read, one in the engine, one being coded.
    oneapi::tbb::parallel_pipeline(
        3, oneapi::tbb::make_filter<void, Item>(filter_mode::serial_in_order, [this](oneapi::tbb::flow_control& flow) {
             auto batch = std::make_shared<Batch>();
             attempt([&] { read_batch(*batch); });
             if (failed_ || batch->tiles.empty()) flow.stop();
             return batch;
           }) & oneapi::tbb::make_filter<Item, Item>(filter_mode::serial_in_order, [this](const Item& batch) {
             attempt([&] { fit_batch(*batch); });
             return batch;
           }) & oneapi::tbb::make_filter<Item, void>(filter_mode::serial_in_order, [this](const Item& batch) {
             if (batch->is_fitted) attempt([&] { code_batch(*batch); });
           }));
    if (failure_) std::rethrow_exception(failure_);
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
      const PreparedTile prepared = prepare(tile, read(tile));
      go_on(0);
      for (std::size_t c = 0; c < values.size(); ++c) values[c].merge(prepared.values[c]);
    }
    for (std::size_t c = 0; c < target_.size(); ++c) {
      const double range = values[c].reference_high().value_or(0) - values[c].reference_low().value_or(0);
      target_[c] = std::min(target_[c], range * range / std::pow(10.0, *job_.target_psnr / 10));
    }
  }

  /// A stage that threw would cancel the inner loops of the others, which then return as if they had done all their
  /// work: the first failure is kept until all stages have come to rest, for which they are asked at once.
  template <typename Work>
  void attempt(const Work& work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(failure_mutex_);
      if (!failure_) failure_ = std::current_exception();
      failed_ = true;
    }
  }

  /// Counts work that is done; false where there is no point in doing more.
  bool advance(double work) { return resources_.meter.advance(work) && !failed_; }

  void go_on(double work) {
    if (!advance(work)) throw Error("interrupted", ErrorKind::interrupted);
  }

  RasterWindow read(int tile) {
    // Whoever looks for the level's first network reads beside the first stage.
    const std::lock_guard lock(source_mutex_);
    const TraceSpan span(resources_.trace, "read", place_.first + tile);
    return source_.read(grid_.support(tile));
  }

  PreparedTile prepare(int tile, const RasterWindow& window) const {
    const TraceSpan span(resources_.trace, "prepare", place_.first + tile);
    return prepare_tile(source_.info(), grid_, tile, window);
  }

  /// Reading goes on while other threads prepare what was read; isolated, so that it does not begin to fit instead.
  void read_batch(Batch& batch) {
    const std::vector<int> tiles = resources_.ledger.take(level_, batch_size());
    batch.tiles.resize(tiles.size());
    oneapi::tbb::this_task_arena::isolate([&] {
      oneapi::tbb::task_group preparing;
      for (std::size_t i = 0; i < tiles.size(); ++i) {
        auto window = std::make_shared<const RasterWindow>(read(tiles[i]));
        preparing.run([&, i, window] { batch.tiles[i] = prepare(tiles[i], *window); });
      }
      preparing.wait();
    });
  }

  /// Before the engine exists a small batch will do: it may turn out that no tile needs one.
  int batch_size() {
    const std::lock_guard lock(engine_mutex_);
    const int threads = oneapi::tbb::this_task_arena::max_concurrency();
    const int wanted =
        engine_ != nullptr ? std::max(1, engine_->preferred_batch(problem_, job_.memory)) : std::max(4, 2 * threads);
    return std::min(wanted, most_tiles_at_once());
  }

  /// Half of the memory is for tiles: three batches of prepared ones, a fourth as large that fits and coding take, and
  /// one as it was read. The rest is GDAL's cache, the program and its libraries.
  int most_tiles_at_once() const {
    const double pixels = static_cast<double>(problem_.grid_width) * problem_.grid_height;
    const double bands = static_cast<double>(source_.info().bands.size());
    constexpr double bytes_a_channel = sizeof(float) + 2;  // values, where they are valid, classes
    constexpr double bytes_a_band = 2;
    const double tile =
        pixels * (4 * (bytes_a_channel * channel_count() + bytes_a_band * bands) + sizeof(Sample) * bands);
    return static_cast<int>(std::clamp(static_cast<double>(job_.memory) / 2 / tile, 1.0, 65536.0));
  }

  void fit_batch(Batch& batch) {
    if (failed_) return;
    batch.fits.resize(batch.tiles.size());
    std::vector<NormalisedTile> targets;
    std::vector<std::size_t> places;
    FitOptions options{job_.epochs, job_.learning_rate, {}, {}, job_.schedule};
    for (std::size_t i = 0; i < batch.tiles.size(); ++i) {
      if (!batch.tiles[i].needs_network) continue;
      places.push_back(i);
      targets.push_back(batch.tiles[i].target);
      if (!target_.empty()) options.target.push_back(normalised_target(batch.tiles[i]));
    }
    if (!targets.empty()) {
      start_engine();
      const TraceSpan span(resources_.trace, "fit", place_.first + batch.tiles[places.front()].tile,
                           static_cast<long>(targets.size()));
      std::vector<TileFit> fits = engine_->fit(problem_, targets, options,
                                               [this](std::size_t done) { return advance(static_cast<double>(done)); });
      for (std::size_t k = 0; k < places.size(); ++k) batch.fits[places[k]] = std::move(fits[k]);
    }
    decide_on_start(batch);
    const double idle = static_cast<double>(batch.tiles.size() - targets.size());
    go_on(idle * job_.epochs);
    batch.is_fitted = true;
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
  /// quantisation; or those that unfinished work began with.
  void start_engine() {
    if (engine_ != nullptr) return;
    if (!resources_.engine) {
      resources_.engine = resources_.make();
      resources_.listener.message("engine: " + resources_.engine->description());
    }
    Engine& engine = *resources_.engine;
    if (const auto kept = resources_.ledger.find(entry_kind::start, static_cast<std::uint64_t>(level_))) {
      start_ = std::make_shared<const StartEntry>(
          decode_start_entry(*kept, spec_).value_or_throw("the unfinished work is damaged"));
      if (start_->engine != engine.description()) {
        throw Error("the unfinished work was fitted by the engine '" + start_->engine + "', and this is '" +
                    engine.description() +
                    "': give --engine, --instructions and --precision as before, or --overwrite to start afresh");
      }
      start_weights_ = start_->weights;
    } else {
      problem_.start = initial_weights(spec_, job_.initialisation, job_.seed);
      if (job_.activation.epochs > 0) {
        const TraceSpan span(resources_.trace, "activate", level_);
        problem_.start = engine.activate(problem_, job_.activation, [this](std::size_t) { return advance(0); });
      }
      constexpr int start_bits = 10;
      start_weights_ = quantise_weights(spec_, problem_.start, fixed_bit_steps(spec_, problem_.start, start_bits));
    }
    problem_.start = dequantise(spec_, start_weights_, nullptr);
    const std::lock_guard lock(engine_mutex_);
    engine_ = &engine;
  }

  /// With the first network at hand, decides how starts are stored. The level's first network decides, so that the file
  /// does not depend on batches, ranks or parts: where others have the tiles before, that one is looked for.
  void decide_on_start(Batch& batch) {
    for (std::size_t i = 0; i < batch.tiles.size() && !start_; ++i) {
      const PreparedTile& tile = batch.tiles[i];
      if (tile.needs_network) {
        const std::optional<PreparedTile> earlier = network_before(tile.tile);
        decide_on_sharing(earlier ? *earlier : tile, earlier ? fit_alone(*earlier) : batch.fits[i].weights);
      } else if (tile.tile == seen_) {
        ++seen_;
      }
    }
    batch.start = start_;
  }

  /// The first tile before `end` that needs a network, among those that this run has not seen.
  std::optional<PreparedTile> network_before(int end) {
    for (; seen_ < end; ++seen_) {
      PreparedTile tile = prepare(seen_, read(seen_));
      go_on(0);
      if (tile.needs_network) return tile;
    }
    return std::nullopt;
  }

  std::vector<float> fit_alone(const PreparedTile& tile) {
    FitOptions options{job_.epochs, job_.learning_rate, {}, {}, job_.schedule};
    if (!target_.empty()) options.target.push_back(normalised_target(tile));
    const TraceSpan span(resources_.trace, "fit the first network", place_.first + tile.tile);
    return engine_->fit(problem_, {tile.target}, options, [this](std::size_t) { return advance(0); }).front().weights;
  }

  void code_batch(Batch& batch) {
    std::vector<TileEntry> entries(batch.tiles.size());
    oneapi::tbb::parallel_for(std::size_t{0}, entries.size(), [&](std::size_t i) {
      const TraceSpan span(resources_.trace, "code", place_.first + batch.tiles[i].tile);
      PreparedTile& tile = batch.tiles[i];
      CodedTile coded = code_tile(problem_, tile, batch.fits[i].weights, job_.weight_bits,
                                  context(tile.tile, batch.start.get()), grid_);
      entries[i].has_network = tile.needs_network;
      entries[i].epochs = static_cast<std::uint64_t>(batch.fits[i].epochs);
      entries[i].totals.resize(coded.errors.size());
      for (std::size_t c = 0; c < coded.errors.size(); ++c) entries[i].totals[c].add(coded.errors[c]);
      entries[i].payload = std::move(coded.payload);
    });
    const TraceSpan span(resources_.trace, "write", level_, static_cast<long>(entries.size()));
    FitReport so_far;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      resources_.ledger.put(entry_kind::tile, static_cast<std::uint64_t>(place_.first + batch.tiles[i].tile),
                            encode(entries[i]));
      for (std::size_t c = 0; c < totals_.size(); ++c) totals_[c].add(entries[i].totals[c]);
    }
    for (const ChannelTotals& totals : totals_) so_far.channels.push_back(totals.summary());
    if (level_ == 0) resources_.meter.set_psnr(so_far.psnr());
  }

  /// Shared start weights cost one tensor set a file and save some bits in every tile.
  void decide_on_sharing(const PreparedTile& first, const std::vector<float>& weights) {
    const std::vector<std::int8_t> steps = choose_steps(problem_, first, weights, job_.weight_bits);
    const std::size_t alone = coded_size(quantise_weights(spec_, weights, steps));
    const std::size_t difference = coded_size(quantise_smallest(spec_, weights, steps, start_weights_));
    const double saved = static_cast<double>(alone) - static_cast<double>(difference);
    constexpr int record_bytes = 16;
    StartEntry start{engine_->description(), false, start_weights_};
    start.shared = saved * grid_.count() > static_cast<double>(coded_size(start_weights_) + record_bytes);
    resources_.ledger.put(entry_kind::start, static_cast<std::uint64_t>(level_), encode(start));
    start_ = std::make_shared<const StartEntry>(std::move(start));
  }

  static std::size_t coded_size(const QuantisedWeights& weights) {
    ByteWriter writer;
    encode_weights(weights, writer);
    return writer.size();
  }

  TileContext context(int tile, const StartEntry* start) const {
    return {&source_.info().bands, &spec_, start != nullptr && start->shared ? &start->weights : nullptr,
            grid_.core(tile)};
  }

  RasterSource& source_;
  std::mutex source_mutex_;
  int level_;
  FitLevel place_;
  FitResources& resources_;
  const FitJob& job_;
  FieldSpec spec_;
  TileGrid grid_;
  FitProblem problem_;
  QuantisedWeights start_weights_;
  std::shared_ptr<const StartEntry> start_;  ///< once it is decided
  int seen_ = 0;                             ///< this run has seen that tiles before this one need no network
  std::mutex engine_mutex_;
  Engine* engine_ = nullptr;
  std::vector<double> target_;
  std::vector<ChannelTotals> totals_;  ///< of the tiles that this run made
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::atomic<bool> failed_{false};
};

/// All levels of the job, one after another.
void fit_levels_of(RasterSource& source, const std::vector<FitLevel>& levels, FitResources& resources) {
  for (std::size_t level = 0; level < levels.size(); ++level) {
    if (level == 0) {
      FitRun(source, 0, levels[level], resources).run();
    } else {
      AveragedRaster reduced(source, levels[level].width, levels[level].height);
      FitRun(reduced, static_cast<int>(level), levels[level], resources).run();
    }
  }
}

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

void fit_tiles(RasterSource& source, const FitJob& job, const std::function<std::unique_ptr<Engine>()>& make,
               const FitPlace& place, JobListener& listener) {
  const std::vector<FitLevel> levels = fit_levels(source.info(), job);
  if (place.part == nullptr) {
    RankLedger ledger(*place.ranks);
    Meter meter(listener, static_cast<double>(tile_count(source.info(), job)) * job.epochs);
    FitResources resources{job, make, listener, ledger, meter, place.trace, nullptr};
    fit_levels_of(source, levels, resources);
    ledger.finish();
    return;
  }
  PartLedger ledger(*place.part, levels, place.tiles);
  Meter meter(listener, static_cast<double>(ledger.wanted()) * job.epochs);
  RankServer others(place.ranks, ledger, [&] { return meter.advance(job.epochs); });
  FitResources resources{job, make, listener, ledger, meter, place.trace, nullptr};
  fit_levels_of(source, levels, resources);
  others.wait();
}

FitReport fit_raster(RasterSource& source, ByteSink& sink, const FitJob& job,
                     const std::function<std::unique_ptr<Engine>()>& make, JobListener& listener) {
  const std::unique_ptr<PartFile> part = PartFile::temporary(describe(job, source, std::nullopt));
  fit_tiles(source, job, make, {part.get(), {}, nullptr, nullptr}, listener);
  const FitReport report = write_field_file({{part->name(), part.get()}}, sink);
  warn_of(report, source.info(), listener);
  return report;
}

}  // namespace sarinr
