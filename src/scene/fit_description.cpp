#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"
#include "sarinr/field/latent.h"
#include "sarinr/scene/fit_work.h"
#include "scene/fit_header.h"

namespace sarinr {

namespace {

using nlohmann::json;

/// Everything that decides a tile's bytes, by the names that the user knows.
json options_of(const FitJob& job) {
  json options = {{"--arch", job.spec.architecture},
                  {"--width", job.spec.width},
                  {"--depth", job.spec.depth},
                  {"--tile-size", job.tile_size},
                  {"--overlap", job.overlap},
                  {"--seed", job.seed},
                  {"--init", job.initialisation},
                  {"--epochs", job.epochs},
                  {"--lr", job.learning_rate},
                  {"--schedule", name_of(job.schedule)},
                  {"--activation-epochs", job.activation.epochs},
                  {"--activation-lr", job.activation.learning_rate},
                  {"--activation-lambda", job.activation.lambda},
                  {"--weight-bits", job.weight_bits},
                  {"--overviews", job.overviews},
                  {"--target-psnr", job.target_psnr ? json(*job.target_psnr) : json()},
                  {"--target-rmse-db", job.target_rmse_db ? json(*job.target_rmse_db) : json()}};
  const std::vector<ParameterInfo> parameters = architecture(job.spec.architecture).parameters();
  for (std::size_t i = 0; i < parameters.size() && i < job.spec.parameters.size(); ++i) {
    options["--" + parameters[i].name] = job.spec.parameters[i];
  }
  return options;
}

std::string shown(const json& value) {
  if (value.is_null()) return "none";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string changed_option(const json& before, const json& now) {
  json all = before;
  all.update(now);
  for (const auto& [name, value] : all.items()) {
    const json was = before.value(name, json());
    const json is = now.value(name, json());
    if (was != is) return "it was begun with " + name + " " + shown(was) + ", and this is " + name + " " + shown(is);
  }
  return {};
}

std::string changed_file(const json& before, const json& now) {
  json all = before;
  all.update(now);
  for (const auto& [name, value] : all.items()) {
    if (!before.contains(name)) return "the input has changed since: it is " + name + " now";
    if (!now.contains(name)) return "the input has changed since: it was " + name;
    if (before[name] != now[name]) return "the input " + name + " has changed since";
  }
  return {};
}

json parsed(const std::string& text) {
  json found = json::parse(text, nullptr, false);
  return found.is_object() ? found : json::object();
}

json options_of(const LatentJob& job) {
  const auto number = [](const std::optional<double>& goal) { return goal ? json(*goal) : json(); };
  return {{"--field", "latent"},
          {"--tile-size", job.tile_size},
          {"--epochs", job.steps},
          {"--effort", job.effort},
          {"--levels", job.levels},
          {"--neighbours", job.neighbours},
          {"--entropy-width", job.entropy_width},
          {"--width", job.width},
          {"--seed", job.seed},
          {"--lambda", number(job.lambda)},
          {"--bpp", number(job.bits)},
          {"--psnr", number(job.psnr)},
          {"--rmse-db", number(job.rmse_db)},
          {"--preset", job.preset},
          {"--overviews", job.overviews},
          {"--keep-speckle", job.keep_speckle}};
}

/// "0-99", or that all are wanted.
std::string shown(const std::optional<TileRange>& tiles) {
  return tiles ? std::to_string(tiles->first) + "-" + std::to_string(tiles->last) : "all";
}

json section(const json& from, const std::string& name) {
  json found = from.value(name, json());
  return found.is_object() ? found : json::object();
}

std::string describe(json options, const RasterSource& source) {
  const json input = parsed(source.identity());
  options.update(section(input, "options"));
  return json{{"version", SARINR_VERSION}, {"options", std::move(options)}, {"files", section(input, "files")}}.dump();
}

}  // namespace

std::string describe(const FitJob& job, const RasterSource& source, const std::optional<TileRange>& tiles) {
  json options = options_of(job);
  options["--tiles"] = shown(tiles);
  return describe(std::move(options), source);
}

std::string describe(const LatentJob& job, const RasterSource& source, const std::optional<TileRange>& tiles) {
  json options = options_of(job);
  options["--tiles"] = shown(tiles);
  return describe(std::move(options), source);
}

std::optional<LatentJob> described_latent_job(const std::string& description) {
  const json options = section(parsed(description), "options");
  if (shown(options.value("--field", json())) != "latent") return std::nullopt;
  LatentJob job;
  const auto take = [&](const char* name, auto& value) { options.at(name).get_to(value); };
  const auto take_goal = [&](const char* name, std::optional<double>& goal) {
    if (!options.at(name).is_null()) goal = options.at(name).get<double>();
  };
  try {
    take("--tile-size", job.tile_size);
    take("--epochs", job.steps);
    take("--effort", job.effort);
    take("--levels", job.levels);
    take("--neighbours", job.neighbours);
    take("--entropy-width", job.entropy_width);
    take("--width", job.width);
    take("--seed", job.seed);
    take_goal("--lambda", job.lambda);
    take_goal("--bpp", job.bits);
    take_goal("--psnr", job.psnr);
    take_goal("--rmse-db", job.rmse_db);
    take("--preset", job.preset);
    take("--overviews", job.overviews);
    take("--keep-speckle", job.keep_speckle);
  } catch (const json::exception&) {
    throw Error("a part's description lacks an option, or has one that makes no sense: fit it again");
  }
  complete(job, OptionStyle::command_line);
  return job;
}

std::string difference(const std::string& before, const std::string& now) {
  const json was = parsed(before);
  const json is = parsed(now);
  const std::string version = shown(was.value("version", json()));
  if (version != shown(is.value("version", json()))) {
    return "it was begun by sarinr " + version + ", and this is sarinr " + SARINR_VERSION;
  }
  const std::string option = changed_option(section(was, "options"), section(is, "options"));
  return option.empty() ? changed_file(section(was, "files"), section(is, "files")) : option;
}

std::string difference_of_parts(const std::string& one, const std::string& other) {
  const json a = parsed(one);
  const json b = parsed(other);
  const std::string version = shown(a.value("version", json()));
  if (version != shown(b.value("version", json()))) {
    return "one was made by sarinr " + version + ", the other by " + shown(b.value("version", json()));
  }
  const json first = section(a, "options");
  const json second = section(b, "options");
  json names = first;
  names.update(second);
  names.erase("--tiles");
  for (const auto& [name, value] : names.items()) {
    const json is = first.value(name, json());
    const json differs = second.value(name, json());
    if (is != differs) return "one has " + name + " " + shown(is) + ", the other " + name + " " + shown(differs);
  }
  // Copies on other machines have other times.
  const json files = section(a, "files");
  const json copies = section(b, "files");
  for (const auto& [name, file] : files.items()) {
    if (section(copies, name).value("bytes", json()) != file.value("bytes", json())) {
      return "their inputs " + name + " differ in size";
    }
  }
  return {};
}

FieldSpec complete_spec(FieldSpec spec, const RasterInfo& info) {
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

FileHeader make_header(const RasterInfo& info, const FitJob& job) {
  json fit = {{"version", SARINR_VERSION},
              {"engine", "none"},
              {"seed", job.seed},
              {"epochs", job.epochs},
              {"learning_rate", job.learning_rate},
              {"activation",
               {{"epochs", job.activation.epochs},
                {"learning_rate", job.activation.learning_rate},
                {"lambda", job.activation.lambda}}},
              {"weight_bits", job.weight_bits},
              {"options", json::parse(job.options_json)}};
  // What it was before there were others goes without saying.
  if (job.initialisation != "siren") fit["initialisation"] = job.initialisation;
  if (job.schedule != Schedule::cosine) fit["schedule"] = name_of(job.schedule);
  json metadata = {{"raster", json::parse(info.metadata.empty() ? "{}" : info.metadata)}, {"fit", std::move(fit)}};
  if (info.has_mask) metadata["mask"] = true;
  return {info.width,     info.height, job.tile_size, job.overlap, info.bands, complete_spec(job.spec, info),
          metadata.dump()};
}

void name_engine(FileHeader& header, const std::string& engine) {
  json metadata = json::parse(header.metadata);
  metadata["fit"]["engine"] = engine;
  header.metadata = metadata.dump();
}

std::string goal_of(const LatentJob& job) {
  const auto text = [](const char* name, double value) { return name + json(value).dump(); };
  if (job.lambda) return text("lambda ", *job.lambda);
  if (job.bits) return text("bpp ", *job.bits);
  if (job.psnr) return text("psnr ", *job.psnr);
  if (job.rmse_db) return text("rmse-db ", *job.rmse_db);
  return "preset " + job.preset;
}

std::string difference(const FileHeader& header, const LatentJob& job, const RasterInfo& info) {
  if (!is_latent(header.spec)) return "its fields are no latent fields";
  const json metadata = parsed(header.metadata);
  const json fit = section(metadata, "fit");
  const std::string goal = job.lambda ? "lambda " + fit.value("lambda", json()).dump() : fit.value("goal", "");
  if (goal != goal_of(job)) return "it was fitted for " + goal + ", and this is " + goal_of(job);
  const json was = {
      {"--effort", fit.value("effort", 0)}, {"--seed", fit.value("seed", 0)}, {"--tile-size", header.tile_size}};
  const json is = {{"--effort", job.effort}, {"--seed", job.seed}, {"--tile-size", job.tile_size}};
  const std::string option = changed_option(was, is);
  if (!option.empty()) return option;
  const bool same_raster = header.width == info.width && header.height == info.height &&
                           section(metadata, "raster") == parsed(info.metadata);
  return same_raster ? "" : "its raster is not that of this job";
}

std::string difference(const FileHeader& header, const FitJob& job, const RasterInfo& info) {
  FileHeader wanted = make_header(info, job);
  const json found = section(parsed(header.metadata), "fit");
  name_engine(wanted, found.value("engine", "none"));
  if (encode_header(wanted) == encode_header(header)) return {};
  const std::string fit = changed_option(found, section(parsed(wanted.metadata), "fit"));
  return fit.empty() ? "its raster or its fields' architecture are not those of this job" : fit;
}

}  // namespace sarinr
