#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"
#include "sarinr/codec/latent.h"
#include "sarinr/fit/latent.h"
#include "sarinr/scene/fit_work.h"
#include "sarinr/scene/latent.h"
#include "scene/bytes_sink.h"
#include "scene/fit_header.h"
#include "scene/latent_budget.h"
#include "scene/latent_overviews.h"
#include "scene/latent_tiles.h"
#include "scene/latent_work.h"
#include "scene/speckle_survey.h"

namespace sarinr {

namespace {

using nlohmann::json;

/// Bits of a scene from which on larger networks pay for their own bytes (docs/metrics.md).
constexpr double enough_for_wide_synthesis = 90e3;
constexpr double enough_for_wide_entropy = 250e3;
constexpr int most_channels = 16;
/// Tiles whose middles train the networks of a scene of several tiles, and how large those middles are.
constexpr int most_samples = 6;
constexpr int sample_size = 256;
/// Tiles that a goal's lambda is checked on by drafts, and how far a draft goes.
constexpr int most_drafts = 48;
constexpr int draft_steps = 60;

/// One run of fit_latent_raster or fit_latent_part; its methods are the stages in order.
class LatentRun {
 public:
  LatentRun(RasterSource& source, ByteSink& sink, const LatentJob& job, const LatentEngine& engine,
            JobListener& listener, PartFile* part, const TileRange& range = {})
      : source_(source),
        sink_(sink),
        job_(job),
        engine_(engine),
        range_(range),
        listener_(listener),
        tiles_(source, job.tile_size),
        overviews_(source, job, engine),
        work_(tiles_.grid().count() > 1 ? part : nullptr) {
    errors_.resize(static_cast<std::size_t>(tiles_.channels()));
  }

  FitReport run() {
    if (!prepare()) return write_without_networks();
    if (tiles_.grid().count() == 1) return fit_single();
    fit_networks();
    fit_tiles([this](LatentTile tile, LatentGrids grids) { append(std::move(tile), std::move(grids)); });
    return finish();
  }

  /// The networks, and the tiles and overviews of the range, into the part file alone. False where there are none to
  /// share.
  bool run_part() {
    if (!prepare() || tiles_.grid().count() == 1) return false;
    fit_networks();
    fit_tiles([this](const LatentTile& tile, LatentGrids grids) { grids_.keep(tile.prepared.tile, std::move(grids)); });
    return true;
  }

 private:
  /// False where nothing varies.
  bool prepare() {
    if (tiles_.channels() > most_channels) {
      throw Error("a latent field has at most " + std::to_string(most_channels) + " channels, but the raster has " +
                  std::to_string(tiles_.channels()) + ": choose some with --bands, or fit coordinate networks");
    }
    if (job_.keep_speckle) begin_survey();
    listener_.message("engine: latent, " + engine_.description());
    steps_ = latent_steps_of(job_);
    total_ = overviews_.steps(range_);
    return tiles_.channels() > 0 && tiles_.normalise(aims_at_errors());
  }

  void begin_survey() {
    const int channels = speckle_channel_count(source_.info().bands);
    if (channels == 0) {
      throw Error("speckle can be kept of amplitude, power and dB bands, and the raster has none: leave it out");
    }
    survey_.emplace(tiles_.grid(), channels);
  }

  LatentShape shape() const {
    const double bits = pixels() * expected_latent_bits(goal(0), tiles_.channels());
    const bool large = bits >= enough_for_wide_entropy;
    LatentShape shape;
    shape.channels = tiles_.channels();
    shape.levels = job_.levels;
    shape.neighbours = job_.neighbours != 0 ? job_.neighbours : (large ? 24 : 12);
    shape.entropy_width = job_.entropy_width != 0 ? job_.entropy_width : (large ? 16 : 8);
    shape.width = job_.width != 0 ? job_.width : (bits >= enough_for_wide_synthesis ? 8 : 2);
    return shape;
  }

  /// Errors are means over the scene's valid pixels, a PSNR is of its range.
  bool aims_at_errors() const { return !job_.lambda && !job_.bits; }

  double pixels() const { return static_cast<double>(source_.info().width) * source_.info().height; }

  /// The job's wish in the fit's units. Bits are those of grids and networks: `overhead` bytes go to everything else.
  LatentGoal goal(double overhead) const {
    if (job_.lambda) return {LatentGoal::Kind::lambda, *job_.lambda};
    if (job_.bits) {
      if (survey_) {
        overhead += expected_speckle_bytes(speckle_channel_count(source_.info().bands), tiles_.grid());
      }
      const double taken = (8 * overhead + overviews_.bits(*job_.bits * pixels())) / pixels();
      const double left = *job_.bits - taken;
      if (left <= 0) {
        throw Error("--bpp " + std::to_string(*job_.bits) + " is less than what this raster's masks and header " +
                    (overviews_.any() ? "and overviews " : "") + "take (" + std::to_string(taken) + "): give more");
      }
      return {LatentGoal::Kind::bits, left};
    }
    return {LatentGoal::Kind::error, tiles_.squared_error(job_)};
  }

  LatentStep stepper(double units) {
    return [this, units] {
      done_ += units;
      return listener_.progress(std::min(done_, total_), total_, report_.psnr());
    };
  }

  /// Counts work that is not to be done.
  void skip(double steps) {
    if (!stepper(steps)()) throw Error("interrupted", ErrorKind::interrupted);
  }

  /// One tile: networks and grids are fitted together, and that is all.
  FitReport fit_single() {
    LatentTile tile = tiles_.read(0, nullptr);
    if (!tile.prepared.needs_network) return write_without_networks();
    LatentTraining training = train_latent_networks(engine_, shape(), {tile.target}, goal(tiles_.overhead(tile)),
                                                    steps_, pixels(), job_.seed, stepper(1));
    begin(training.networks);
    LatentGrids grids = tiles_.own_part(tile, std::move(training.fits.front().grids));
    append(std::move(tile), std::move(grids));
    return finish();
  }

  /// Of a scene of several tiles, and its overviews.
  void fit_networks() {
    find_overhead();
    if (const std::optional<LatentStart>& known = work_.start()) {
      expected_ = known->expected;
      begin(known->networks);
      skip(steps_);
    } else {
      train_networks();
      work_.keep({networks_, expected_});
    }
    const auto advance = [this](double steps) { return stepper(steps)(); };
    overviews_.fit(range_, networks_.lambda, work_, advance, listener_);
  }

  /// The range's tiles in order, each beside those before it.
  template <typename Keep>
  void fit_tiles(const Keep& keep) {
    LatentBudget budget = this->budget();
    const int last = std::min(range_.last, tiles_.grid().count() - 1);
    for (int tile = range_.first; tile <= last; ++tile) {
      LatentTile read = tiles_.read(tile, &grids_);
      LatentWork::Tile done = work_of(read, budget.lambda());
      budget.spend(done.spent);
      keep(std::move(read), std::move(done.grids));
    }
  }

  /// What the goal leaves to the range's tiles: what they are expected to take of it. Their mean squared errors weigh
  /// as their pixels.
  LatentBudget budget() const {
    const LatentGoal wanted = goal(overhead_);
    const double total = pixels() * wanted.value - (wanted.kind == LatentGoal::Kind::bits ? 8 * network_bytes_ : 0);
    return LatentBudget(wanted.kind, networks_.lambda, total, expected_).of_part(range_.first, range_.last);
  }

  /// A tile, fitted now or before.
  LatentWork::Tile work_of(const LatentTile& tile, double lambda) {
    const int number = tile.prepared.tile;
    const std::vector<bool> coded(tile.target.active);
    if (work_.has(number)) {
      skip(steps_);
      return work_.tile(number, *coder_, tile.core, coded);
    }
    LatentWork::Tile done;
    Bytes stream;
    if (tile.prepared.needs_network) {
      LatentFit fit = fit_latents(engine_, networks_, tile.target, lambda, steps_, stepper(1));
      done.grids = tiles_.own_part(tile, std::move(fit.grids));
      stream = coder_->encode(done.grids, tile.core, coded);
      const bool counts_bits = goal(overhead_).kind == LatentGoal::Kind::bits;
      done.spent = counts_bits ? 8 * static_cast<double>(stream.size())
                               : LatentTiles::squared_error(fit, tile.target, tile.core);
    } else {
      skip(steps_);
    }
    work_.keep(number, done.spent, stream);
    return done;
  }

  /// From some tiles, in a fit that goes on too: what is left to its tiles depends on it.
  void find_overhead() {
    const int count = tiles_.grid().count();
    const int looks = std::min(count, most_samples);
    for (int k = 0; k < looks && job_.bits; ++k) {
      overhead_ += tiles_.overhead(tiles_.read(spread_tile(k, looks, count), nullptr)) / looks;
    }
  }

  /// From the middles of some tiles.
  void train_networks() {
    std::vector<LatentTarget> samples;
    const int count = tiles_.grid().count();
    const int wanted = std::min(count, most_samples);
    for (int k = 0; k < wanted; ++k) {
      const LatentTile tile = tiles_.read(spread_tile(k, wanted, count), nullptr);
      if (tile.prepared.needs_network) samples.push_back(LatentTiles::middle(tile.target, sample_size));
    }
    if (samples.empty()) samples.push_back(LatentTiles::middle(tiles_.first_with_network().target, sample_size));
    const LatentTraining training =
        train_latent_networks(engine_, shape(), samples, goal(overhead_), steps_, pixels(), job_.seed, stepper(1));
    begin(training.networks);
    if (!job_.lambda) expect(training, samples, goal(overhead_).kind);
  }

  /// Samples are not the scene: drafts of its tiles, set against drafts of the samples, say what each tile will take.
  void expect(const LatentTraining& training, const std::vector<LatentTarget>& samples, LatentGoal::Kind kind) {
    const auto value = [&](const LatentFit& fit, const LatentTarget& target) {
      return kind == LatentGoal::Kind::bits ? fit.bits : LatentTiles::squared_error(fit, target, target.core);
    };
    const auto draft = [&](const LatentTarget& target) {
      return value(fit_latents(engine_, networks_, target, networks_.lambda, draft_steps, stepper(0)), target);
    };
    double drafted = 0;
    double reached = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      drafted += draft(samples[i]);
      reached += value(training.fits[i], samples[i]);
    }
    const int count = tiles_.grid().count();
    const int looks = std::min(count, most_drafts);
    double sum = 0;
    double counted = 0;
    std::map<int, double> known;
    for (int k = 0; k < looks; ++k) {
      const int number = spread_tile(k, looks, count);
      const LatentTile tile = tiles_.read(number, nullptr);
      const double own = tile.prepared.needs_network ? draft(tile.target) * reached / drafted : 0;
      known[number] = own;
      sum += own;
      counted += core_pixels(number);
    }
    for (int tile = 0; tile < count; ++tile) {
      const auto found = known.find(tile);
      expected_.push_back(found != known.end() ? found->second : sum / counted * core_pixels(tile));
    }
  }

  double core_pixels(int tile) const {
    const Extent core = tiles_.grid().core(tile);
    return static_cast<double>(core.width) * core.height;
  }

  /// Constant, categorical or tiny rasters have nothing to fit: their tiles are those of any file.
  FitReport write_without_networks() {
    FitJob job;
    job.tile_size = job_.tile_size;
    job.overlap = 0;
    job.options_json = job_.options_json;
    job.overviews = job_.overviews && tiles_.channels() == 0;  // those of a constant raster would tell nothing
    const auto none = []() -> std::unique_ptr<Engine> { throw Error("a tile varies after all", ErrorKind::internal); };
    return fit_raster(source_, sink_, job, none, listener_);
  }

  /// Files of the processor name no more than that.
  std::string engine_name() const { return engine_.name() == "cpu" ? "latent" : "latent, " + engine_.description(); }

  /// Short: of a small raster's file it is a part that counts.
  json description(const LatentNetworks& networks) const {
    constexpr double digits = 1e4;
    const double scale = std::pow(10, std::floor(std::log10(networks.lambda)));
    json fit = {{"version", SARINR_VERSION},
                {"engine", engine_name()},
                {"seed", job_.seed},
                {"effort", job_.effort},
                {"lambda", std::round(networks.lambda / scale * digits) / digits * scale}};
    if (steps_ != latent_steps(job_.effort)) fit["steps"] = steps_;
    if (!job_.lambda) fit["goal"] = goal_of(job_);
    json options = json::parse(job_.options_json);
    if (!options.empty()) fit["options"] = std::move(options);
    return fit;
  }

  void begin(const LatentNetworks& networks) {
    networks_ = networks;
    spec_ = latent_spec(networks.shape);
    const RasterInfo& info = source_.info();
    json metadata = {{"fit", description(networks)}};
    if (!info.metadata.empty() && info.metadata != "{}") metadata["raster"] = json::parse(info.metadata);
    if (info.has_mask) metadata["mask"] = true;
    writer_ = std::make_unique<FileWriter>(
        sink_, FileHeader{info.width, info.height, job_.tile_size, 0, info.bands, spec_, metadata.dump()});
    writer_->write_shared(networks.weights);
    network_bytes_ = static_cast<double>(writer_->sizes().shared);
    network_ = std::make_shared<LatentNetwork>(networks.shape, dequantise(spec_, networks.weights, nullptr));
    coder_ = std::make_unique<LatentCoder>(LatentCoder::make(spec_, networks_.weights).value_or_throw("latent coder"));
  }

  void append(LatentTile tile, LatentGrids grids) {
    if (tile.prepared.needs_network) {
      ++report_.network_tiles;
      report_.tile_epochs += static_cast<std::size_t>(steps_);
    }
    const int number = tile.prepared.tile;
    tile.prepared.content.latents = grids;
    writer_->append_tile(encode_tile(tile.prepared.content, tiles_.context(number, spec_, coder_.get())));
    tile.prepared.content.latents = {};
    grids_.keep(number, std::move(grids));
    unmeasured_.emplace(number, std::move(tile));
    measure_until(number - tiles_.grid().columns().count() - 1);
    report_.channels = summary();
  }

  /// A field is known when the tiles around it are: those that are by then are measured, as a reader will see them.
  void measure_until(int last) {
    while (!unmeasured_.empty() && unmeasured_.begin()->first <= last) {
      const LatentTile& tile = unmeasured_.begin()->second;
      std::vector<float> values;
      if (tile.prepared.needs_network) {
        LatentField field(network_, source_.info().width, source_.info().height, tile.core);
        grids_.fill(field);
        field.complete();
        const std::size_t pixels =
            static_cast<std::size_t>(tile.core.width) * static_cast<std::size_t>(tile.core.height);
        values.resize(errors_.size() * pixels);
        field.evaluate(tile.core, values.data(), pixels);
      }
      const std::vector<ErrorStatistics> errors =
          tile.prepared.needs_network ? LatentTiles::measure(tile, values) : tile.prepared.values;
      for (std::size_t c = 0; c < errors_.size(); ++c) errors_[c].merge(errors[c]);
      if (survey_) survey_->add(tile.prepared.tile, tiles_.speckle_planes(tile, values));
      unmeasured_.erase(unmeasured_.begin());
    }
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
    measure_until(tiles_.grid().count());
    report_.channels = summary();
    overviews_.write(*writer_);
    writer_->finish(report_.channels, survey_ ? survey_->finish() : SpeckleModel{});
    report_.sizes = writer_->sizes();
    report_.tiles = tiles_.grid().count();
    report_.engine = engine_name();
    return report_;
  }

  RasterSource& source_;
  ByteSink& sink_;
  const LatentJob& job_;
  const LatentEngine& engine_;
  TileRange range_;
  JobListener& listener_;
  LatentTiles tiles_;
  LatentOverviews overviews_;
  LatentWork work_;
  FittedGrids grids_{tiles_.grid(), tiles_.channels()};
  std::map<int, LatentTile> unmeasured_;
  LatentNetworks networks_;
  std::shared_ptr<const LatentNetwork> network_;
  FieldSpec spec_;
  std::unique_ptr<LatentCoder> coder_;
  std::unique_ptr<FileWriter> writer_;
  double network_bytes_ = 0;
  double overhead_ = 0;  ///< bytes beside grids and networks, where there are several tiles
  std::vector<double> expected_;
  int steps_ = 0;
  double done_ = 0;
  double total_ = 1;
  std::vector<ErrorStatistics> errors_;
  std::optional<SpeckleSurvey> survey_;  ///< where speckle is to be kept
  FitReport report_;
};

}  // namespace

int latent_steps_of(const LatentJob& job) { return job.steps > 0 ? job.steps : latent_steps(job.effort); }

const LatentPreset& latent_preset(const std::string& name) {
  std::string names;
  for (const LatentPreset& preset : latent_presets) {
    if (name == preset.name) return preset;
    names += (names.empty() ? "" : ", ") + std::string(preset.name);
  }
  throw Error("unknown preset '" + name + "': the presets are " + names);
}

void complete(LatentJob& job, OptionStyle style) {
  const bool shell = style == OptionStyle::command_line;
  const auto shown = [&](const char* name, const char* creation) { return std::string(shell ? name : creation); };
  const int goals = static_cast<int>(job.lambda.has_value()) + static_cast<int>(job.bits.has_value()) +
                    static_cast<int>(job.psnr.has_value()) + static_cast<int>(job.rmse_db.has_value());
  if (goals > 1) {
    throw Error("give one of " + shown("--bpp, --psnr, --rmse-db and --lambda", "BPP, PSNR, RMSE_DB and LAMBDA") +
                ", not several");
  }
  latent_preset(job.preset);
  constexpr int smallest_tile = 192;  // neighbours' coarse nodes lie next door, not farther
  if (job.tile_size < smallest_tile) {
    throw Error(shown("--tile-size", "TILE_SIZE") + " is " + std::to_string(job.tile_size) +
                "; for latent fields it must be at least " + std::to_string(smallest_tile));
  }
  if (job.neighbours != 0 && job.neighbours != 12 && job.neighbours != 24) {
    throw Error(shown("--neighbours", "NEIGHBOURS") + " is " + std::to_string(job.neighbours) +
                "; it must be 12 or 24");
  }
}

FitReport fit_latent_raster(RasterSource& source, ByteSink& sink, const LatentJob& job, const LatentEngine& engine,
                            JobListener& listener, PartFile* part) {
  return LatentRun(source, sink, job, engine, listener, part).run();
}

bool fit_latent_part(RasterSource& source, const LatentJob& job, const LatentEngine& engine, const TileRange& tiles,
                     PartFile& part, JobListener& listener) {
  BytesSink unused;  // a part's networks go into its part file
  return LatentRun(source, unused, job, engine, listener, &part, tiles).run_part();
}

}  // namespace sarinr
