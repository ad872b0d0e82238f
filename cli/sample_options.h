#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "sarinr/scene/samples.h"

namespace sarinr::cli {

/// The options of `fit` that promise something of every pixel.
class SampleOptions {
 public:
  void declare(CLI::App& app);
  /// The job, where a promise is asked for; throws an Error that names an option that goes with none.
  std::optional<SampleJob> wanted(const CLI::App& app, int tile_size) const;

 private:
  double max_error_ = 0;
  double max_error_db_ = 0;
  bool lossless_ = false;
};

}  // namespace sarinr::cli
