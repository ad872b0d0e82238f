#include "sarinr/geo/fit_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gdal_support.h"
#include "sarinr/base/error.h"
#include "sarinr/geo/raster.h"
#include "sarinr/geo/storage.h"

namespace sarinr::geo {

namespace {

/// What an output has behind its name while it is put together from the part file.
constexpr const char* assembled = ".new";

std::string part_path(const std::string& output) { return output + ".part"; }

/// The part file to go on with; nullptr where there is none.
std::unique_ptr<PartFile> unfinished_work(const std::string& path, const std::string& description) {
  const std::string advice = "; give --overwrite to start afresh";
  Result<std::unique_ptr<PartFile>> part = PartFile::resume(path);
  if (!part) throw Error(path + " cannot be resumed: " + part.failure().message + advice);
  if (*part == nullptr) return nullptr;
  const std::string reason = difference((*part)->description(), description);
  if (!reason.empty()) throw Error(path + " cannot be resumed: " + reason + advice);
  return std::move(*part);
}

std::unique_ptr<PartFile> new_work(const std::string& output, const std::string& description, bool overwrite) {
  check_output_path(output, overwrite);
  const std::string path = part_path(output);
  if (!overwrite && path_exists(path)) {
    throw Error(is_part_file(path)
                    ? path + " holds unfinished work: give --resume to go on with it, or --overwrite to start afresh"
                    : path + " exists, where unfinished work is kept: remove it, or give --overwrite");
  }
  return PartFile::create(path, description);
}

/// Whether the output is what the job would make, so that nothing is left to do; throws an Error where it is another's.
template <class Job>
bool is_finished(const std::string& output, const Job& job, const RasterSource& source, bool part_wanted) {
  if (!path_exists(output)) return false;
  const std::string refused =
      output + " exists, and there is no unfinished work to resume: give --overwrite to replace it";
  if (part_wanted || is_part_file(output)) throw Error(refused);
  const std::shared_ptr<FieldFile> file = FieldFile::open(open_source(output), output);
  const std::string reason = difference(file->header(), job, source.info());
  if (!reason.empty()) throw Error(refused + " (" + reason + ")");
  return true;
}

std::size_t tiles_in(const PartFile& part) {
  const std::vector<PartFile::Entry> entries = part.entries();
  return static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(), [](const PartFile::Entry& entry) { return is_tile(entry); }));
}

/// The same failure, with what becomes of the work that is done.
Error with_advice(const Error& error, PartFile& part) {
  const std::vector<PartFile::Entry> entries = part.entries();
  const bool has_networks = std::any_of(entries.begin(), entries.end(), is_latent_start);
  if (tiles_in(part) == 0 && !has_networks) {
    part.remove();
    return error;
  }
  const std::string kept =
      tiles_in(part) == 0 ? "scene's networks" : std::to_string(tiles_in(part)) + " tiles that are done";
  return Error(std::string(error.what()) + "; " + part.name() + " keeps the " + kept +
                   ": the same command with --resume goes on",
               error.kind());
}

void tell_of(const PartFile& part, JobListener& listener) {
  listener.message("resumes " + part.name() + ", where " + std::to_string(tiles_in(part)) + " tiles are done");
}

std::unique_ptr<ByteSink> output_sink(const std::string& output) {
  return is_local(output) ? create_local_sink(output, true, assembled) : create_sink(output, true);
}

void fit_part(RasterSource& source, const LatentJob& job, const LatentEngine& engine, const TileRange& tiles,
              PartFile& part, JobListener& listener) {
  if (fit_latent_part(source, job, engine, tiles, part, listener)) return;
  throw Error("the raster is a single tile, or no tile of it varies: there are no parts to fit, leave out --tiles");
}

}  // namespace

FitOutcome fit_file(RasterSource& source, const std::string& output, const FitJob& job,
                    const std::function<std::unique_ptr<Engine>()>& make, const FitFileOptions& options,
                    JobListener& listener) {
  FitOutcome outcome;
  outcome.tile_count = tile_count(source.info(), job);
  if (!options.tiles.empty()) outcome.tiles = parse_tiles(options.tiles, outcome.tile_count);
  FitPlace place{nullptr, outcome.tiles.value_or(TileRange{}), options.ranks, options.trace};
  if (options.ranks != nullptr && options.ranks->rank() > 0) {
    fit_tiles(source, job, make, place, listener);
    return outcome;
  }
  const bool local = is_local(output);
  if (!local && (options.resume || outcome.tiles)) {
    throw Error(output + " is not in the local file system, which --resume and --tiles need");
  }
  const std::string description = describe(job, source, outcome.tiles);
  std::unique_ptr<PartFile> part;
  if (!local) {
    check_output_path(output, options.overwrite);
    part = PartFile::temporary(description);
  } else if (options.resume) {
    part = unfinished_work(part_path(output), description);
    if (part != nullptr) {
      tell_of(*part, listener);
    } else if (!options.overwrite && is_finished(output, job, source, outcome.tiles.has_value())) {
      outcome.was_finished = true;
      if (options.ranks != nullptr) dismiss(*options.ranks);
      return outcome;
    }
  }
  if (part == nullptr) part = new_work(output, description, options.overwrite);
  place.part = part.get();
  try {
    fit_tiles(source, job, make, place, listener);
    if (outcome.tiles) {
      part->rename(output);
      return outcome;
    }
    const std::unique_ptr<ByteSink> sink = output_sink(output);
    outcome.report = write_field_file({{part->name(), part.get()}}, *sink);
    sink->commit();
  } catch (const Error& error) {
    if (!local) throw;
    throw with_advice(error, *part);
  }
  if (local) part->remove();
  warn_of(*outcome.report, source.info(), listener);
  return outcome;
}

FitOutcome fit_latent_file(RasterSource& source, const std::string& output, const LatentJob& job,
                           const LatentEngine& engine, const FitFileOptions& options, JobListener& listener) {
  FitOutcome outcome;
  outcome.tile_count = tile_count(source.info(), job);
  if (!options.tiles.empty()) outcome.tiles = parse_tiles(options.tiles, outcome.tile_count);
  if (options.ranks != nullptr && outcome.tiles) {
    throw Error("--tiles of latent fields is for one process: the ranks of mpirun share all of the scene");
  }
  if (options.ranks != nullptr && options.ranks->rank() > 0) {
    share_latent_tiles(source, job, engine, nullptr, *options.ranks, listener);
    return outcome;
  }
  const bool local = is_local(output);
  if (!local && (options.resume || outcome.tiles)) {
    throw Error(output + " is not in the local file system, which --resume and --tiles need");
  }
  const std::string description = describe(job, source, outcome.tiles);
  std::unique_ptr<PartFile> part;
  if (options.resume) part = unfinished_work(part_path(output), description);
  if (part != nullptr) {
    tell_of(*part, listener);
  } else if (options.resume && !options.overwrite && is_finished(output, job, source, outcome.tiles.has_value())) {
    outcome.was_finished = true;
    if (options.ranks != nullptr) dismiss(*options.ranks);
    return outcome;
  } else if (local) {
    part = new_work(output, description, options.overwrite);
  } else {
    check_output_path(output, options.overwrite);
    part = PartFile::temporary(description);
  }
  try {
    if (outcome.tiles) {
      fit_part(source, job, engine, *outcome.tiles, *part, listener);
      part->rename(output);
      return outcome;
    }
    if (options.ranks != nullptr) share_latent_tiles(source, job, engine, part.get(), *options.ranks, listener);
    const std::unique_ptr<ByteSink> sink = output_sink(output);
    outcome.report = fit_latent_raster(source, *sink, job, engine, listener, part.get());
    sink->commit();
  } catch (const Error& error) {
    if (!local) throw;
    throw with_advice(error, *part);
  }
  if (local) part->remove();
  return outcome;
}

namespace {

/// The raster of a description, with the bands, window and quantities that it names.
std::unique_ptr<RasterSource> open_described(const std::string& path, const std::string& description) {
  OpenOptions open;
  try {
    const nlohmann::json options = nlohmann::json::parse(description).at("options");
    options.at("--bands").get_to(open.bands);
    const auto window = options.at("--window").get<std::array<int, 4>>();
    open.window = Extent{window[0], window[1], window[2], window[3]};
    const nlohmann::json& quantities = options.at("--quantity");
    for (std::size_t b = 0; b < open.bands.size(); ++b) {
      open.quantities.push_back(std::to_string(open.bands[b]) + "=" + quantities.at(b).get<std::string>());
    }
  } catch (const nlohmann::json::exception&) {
    throw Error("a part does not say which bands and window of its raster it is of: fit it again");
  }
  return open_raster(path, open);
}

FitReport merge_latent(const std::vector<NamedPart>& parts, const LatentJob& job, const std::string& raster,
                       ByteSink& sink, JobListener& listener) {
  if (raster.empty()) {
    throw Error(parts.front().name +
                " is of latent fields, whose errors are measured when all tiles are there: give the raster that was "
                "fitted with --raster");
  }
  const std::unique_ptr<RasterSource> source = open_described(raster, parts.front().part->description());
  const std::unique_ptr<PartFile> whole = join_latent_parts(parts, *source, raster);
  // Nothing is left to fit.
  return fit_latent_raster(*source, sink, job, *make_latent_engine({.engine = "cpu"}), listener, whole.get());
}

}  // namespace

FitReport merge_parts(const std::vector<std::string>& parts, const std::string& output, const MergeOptions& options,
                      JobListener& listener) {
  check_output_path(output, options.overwrite);
  std::vector<std::unique_ptr<PartFile>> files;
  std::vector<NamedPart> named;
  for (const std::string& path : parts) {
    Result<std::unique_ptr<PartFile>> part = PartFile::open(path);
    if (!part) throw Error(path + " cannot be merged: " + part.failure().message);
    files.push_back(std::move(*part));
    named.push_back({path, files.back().get()});
  }
  const std::optional<LatentJob> latent = described_latent_job(named.front().part->description());
  if (!latent && !options.raster.empty()) {
    throw Error("--raster is for parts of latent fields, and " + named.front().name +
                " is of coordinate networks: leave it out");
  }
  const std::unique_ptr<ByteSink> sink = output_sink(output);
  const FitReport report =
      latent ? merge_latent(named, *latent, options.raster, *sink, listener) : write_field_file(named, *sink);
  sink->commit();
  return report;
}

}  // namespace sarinr::geo
