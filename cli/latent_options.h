#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "sarinr/scene/latent.h"

namespace sarinr::cli {

/// The options of `fit` for latent fields, declared once.
struct LatentOptions {
  LatentJob job;
  std::string field;   ///< coordinate, latent, or empty: as the other options suggest
  std::string preset;  ///< of latent_presets

  void declare(CLI::App& app);
  /// Whether latent fields are wanted: asked for, or a rate or a quality is. Throws an Error where the options
  /// contradict each other.
  bool wanted(const CLI::App& app) const;
  /// The job, with what it shares with coordinate networks: the tile size and the number of steps where the user gave
  /// them.
  LatentJob complete_job(const CLI::App& app, int tile_size, int epochs, std::uint64_t seed) const;
};

}  // namespace sarinr::cli
