#include "sarinr/scene/tournament.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "sarinr/base/error.h"
#include "sarinr/field/initialisation.h"
#include "scene/fit_header.h"
#include "scene/prepare.h"

namespace sarinr {

namespace {

/// Candidates, epochs and tiles of a round.
struct Round {
  std::size_t candidates;
  int epochs;
  std::size_t tiles;
};
constexpr Round rounds[] = {{100, 30, 1}, {3, 60, 3}};

/// The largest width up to the spec's at which there are no more weights than that; 4 where there always are.
int fitting_width(FieldSpec spec, std::size_t most_weights) {
  while (spec.width > 4 && weight_count(spec) > most_weights) --spec.width;
  return spec.width;
}

std::vector<Candidate> candidates_of(const TournamentRequest& request, const RasterInfo& info) {
  FieldSpec siren = request.job.spec;
  siren.architecture = "siren";
  siren.parameters.clear();
  const std::size_t weights = weight_count(complete_spec(siren, info));
  std::vector<Candidate> candidates;
  for (const std::string& name : architecture_names()) {
    Candidate candidate{request.job};
    FieldSpec& spec = candidate.job.spec;
    spec.architecture = name;
    spec.parameters.clear();
    for (const ParameterInfo& parameter : architecture(name).parameters()) {
      const auto given = request.parameters.find(parameter.name);
      spec.parameters.push_back(
          static_cast<float>(given == request.parameters.end() ? parameter.value : given->second));
    }
    const std::string& start = request.job.initialisation;
    if (!start.empty() && !has_initialisation(name, start)) candidate.job.initialisation = "siren";
    choose_start(candidate.job, request.self_activation);
    complete(candidate.job, OptionStyle::command_line);
    spec.width = fitting_width(complete_spec(spec, info), weights);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

/// Tiles that need a network: the middle one first, then one of the first and of the last third.
std::vector<PreparedTile> tiles_of(RasterSource& source, const TileGrid& grid) {
  std::vector<PreparedTile> tiles;
  for (const int sixths : {3, 1, 5}) {
    const int first = grid.count() * sixths / 6;
    const int end = sixths == 3 ? grid.count() : std::min(grid.count(), first + 1 + grid.count() / 3);
    for (int tile = first; tile < end; ++tile) {
      const bool taken = std::any_of(tiles.begin(), tiles.end(), [&](const PreparedTile& t) { return t.tile == tile; });
      if (taken) continue;
      PreparedTile prepared = prepare_tile(source.info(), grid, tile, source.read(grid.support(tile)));
      if (!prepared.needs_network) continue;
      tiles.push_back(std::move(prepared));
      break;
    }
  }
  return tiles;
}

class Tournament {
 public:
  Tournament(const TileGrid& grid, const RasterInfo& info, const std::vector<PreparedTile>& tiles,
             const std::function<std::unique_ptr<Engine>(const std::string&)>& make, JobListener& listener)
      : grid_(grid), info_(info), tiles_(tiles), make_(make), listener_(listener) {}

  /// Fits the first `round.candidates` and sorts them.
  void hold(const Round& round, std::vector<Candidate>& candidates) const {
    const std::size_t count = std::min(round.candidates, candidates.size());
    for (std::size_t i = 0; i < count; ++i) {
      candidates[i].psnr = mean_psnr(candidates[i].job, round);
      ++candidates[i].rounds;
    }
    std::stable_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                     [](const Candidate& a, const Candidate& b) { return a.psnr > b.psnr; });
  }

 private:
  double mean_psnr(const FitJob& job, const Round& round) const {
    const StepCallback go_on = [&](std::size_t) { return listener_.progress(0, 1, std::nullopt); };
    FitProblem problem{
        complete_spec(job.spec, info_), grid_.columns().largest_support(), grid_.rows().largest_support(), {}};
    problem.start = initial_weights(problem.spec, job.initialisation, job.seed);
    const std::unique_ptr<Engine> engine = make_(job.spec.architecture);
    if (job.activation.epochs > 0) problem.start = engine->activate(problem, job.activation, go_on);
    std::vector<NormalisedTile> targets;
    for (std::size_t i = 0; i < std::min(round.tiles, tiles_.size()); ++i) targets.push_back(tiles_[i].target);
    try {
      const std::vector<TileFit> fits =
          engine->fit(problem, targets, {round.epochs, job.learning_rate, {}, {}, job.schedule}, go_on);
      double sum = 0;
      for (std::size_t i = 0; i < targets.size(); ++i) {
        sum -= 10 * std::log10(std::max(mean_square_error(problem, targets[i], fits[i].weights), 1e-30));
      }
      return sum / static_cast<double>(targets.size());
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      listener_.message("tournament: " + std::string(error.what()));
      return diverged;
    }
  }

  /// Below whatever a fit can leave.
  static constexpr double diverged = -1000;

  const TileGrid& grid_;
  const RasterInfo& info_;
  const std::vector<PreparedTile>& tiles_;
  const std::function<std::unique_ptr<Engine>(const std::string&)>& make_;
  JobListener& listener_;
};

std::string result_line(const std::vector<Candidate>& candidates) {
  std::string line = "tournament:";
  for (const Candidate& candidate : candidates) {
    char text[96];
    std::snprintf(text, sizeof text, "%s %s (width %d) %.2f dB", line.back() == ':' ? "" : ",",
                  candidate.job.spec.architecture.c_str(), candidate.job.spec.width, candidate.psnr);
    line += text;
  }
  return line;
}

}  // namespace

std::vector<Candidate> hold_tournament(RasterSource& source, const TournamentRequest& request,
                                       const std::function<std::unique_ptr<Engine>(const std::string&)>& make,
                                       JobListener& listener) {
  const RasterInfo& info = source.info();
  std::vector<Candidate> candidates = candidates_of(request, info);
  const TileGrid grid(info.width, info.height, request.job.tile_size, request.job.overlap);
  const std::vector<PreparedTile> tiles = tiles_of(source, grid);
  if (tiles.empty()) {
    candidates.erase(candidates.begin() + 1, candidates.end());
    return candidates;
  }
  const Tournament tournament(grid, info, tiles, make, listener);
  for (const Round& round : rounds) {
    tournament.hold(round, candidates);
    const std::size_t count = std::min(round.candidates, candidates.size());
    listener.message(result_line({candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count)}));
  }
  return candidates;
}

std::string describe(const std::vector<Candidate>& candidates) {
  nlohmann::json list = nlohmann::json::array();
  for (const Candidate& candidate : candidates) {
    list.push_back({{"arch", candidate.job.spec.architecture},
                    {"width", candidate.job.spec.width},
                    {"rounds", candidate.rounds},
                    {"psnr", std::round(candidate.psnr * 100) / 100}});
  }
  return nlohmann::json{{"tournament", std::move(list)}}.dump();
}

}  // namespace sarinr
