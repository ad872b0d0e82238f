#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/scene/jobs.h"

namespace sarinr {

/// What `--arch auto` asks for. The candidates are all coordinate networks, each as wide as keeps its weights within
/// those of siren at the job's width and depth.
struct TournamentRequest {
  FitJob job;  ///< its architecture and parameters do not count; numbers that are 0 and an empty initialisation take
               ///< each candidate's own, as does an initialisation that a candidate does not have
  std::map<std::string, double> parameters;  ///< by name, for the candidates that take them; others have defaults
  std::optional<bool> self_activation;       ///< none: each candidate's own
};

/// One candidate, as it would be fitted.
struct Candidate {
  FitJob job;
  double psnr = 0;  ///< over the tiles of the last round it was in: mean of 10 log10(1 / mean square error) in
                    ///< normalised units, 12 dB below that of a PSNR over one standard deviation
  int rounds = 0;   ///< that it was in
};

/// The best candidate comes first. Fits are those of the engine that `make` gives for an architecture; the same raster,
/// request and engine give the same order whatever the threads.
///
/// First all candidates are fitted to the middle tile in 30 epochs, then the best three to three tiles spread over the
/// scene in 60. A scene without a tile that needs a network gives siren alone.
std::vector<Candidate> hold_tournament(
    RasterSource& source, const TournamentRequest& request,
    const std::function<std::unique_ptr<Engine>(const std::string& architecture)>& make, JobListener& listener);

/// The outcome as a JSON object, for the file's metadata: {"rounds": 2, "candidates": [{"arch", "width", "psnr"}]}.
std::string describe(const std::vector<Candidate>& candidates);

}  // namespace sarinr
