#include "sarinr/fit/engine.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <optional>

#include "field/dense_network.h"
#include "fit/cpu_engine.h"
#include "fit/cuda/plan.h"
#include "fit/engine_module.h"
#include "sarinr/base/error.h"
#include "sarinr/base/module.h"

namespace sarinr {

namespace {

using ModuleEntry = Engine* (*)(const EngineOptions&);

std::unique_ptr<Engine> open_module(const std::string& name, const std::string& setting, const EngineOptions& options) {
  void* symbol = engine_symbol(name, setting, "sarinr_create_engine");
  return std::unique_ptr<Engine>(reinterpret_cast<ModuleEntry>(symbol)(options));
}

std::unique_ptr<Engine> open_torch(const EngineOptions& options) {
  return open_module("torch", "SARINR_TORCH", options);
}

std::unique_ptr<Engine> open_cuda(const EngineOptions& options) { return open_module("cuda", "SARINR_CUDA", options); }

bool wants_gpu(const EngineOptions& options) {
  return options.device.starts_with("cuda") || (options.device == "auto" && may_have_gpu());
}

struct EngineEntry {
  std::string name;
  std::unique_ptr<Engine> (*create)(const EngineOptions&);
};

/// Every engine. A new one is one more line.
const std::vector<EngineEntry>& engine_table() {
  static const std::vector<EngineEntry> table = {{"cpu", make_cpu_engine}, {"cuda", open_cuda}, {"torch", open_torch}};
  return table;
}

bool cuda_engine_has(const FieldSpec& spec) {
  const std::optional<DenseNetwork> network = dense_network(spec);
  return network && fused::suits(*network);
}

bool takes_bfloat16(const EngineOptions& options) {
  return options.precision == "auto" || options.precision == "bfloat16";
}

/// The fastest engine that has a GPU which `options` lets it take; else nothing.
std::unique_ptr<Engine> engine_on_gpu(const EngineOptions& options, const FieldSpec& spec) {
  if (!wants_gpu(options)) return nullptr;
  if (cuda_engine_has(spec) && takes_bfloat16(options)) {
    try {
      return open_cuda(options);
    } catch (const Error&) {
      // Without the module, or with a GPU that it cannot use, LibTorch may do it.
      if (options.device != "auto" && !std::filesystem::exists(module_path("engine_torch.so"))) throw;
    }
  }
  if (options.device != "auto") return open_torch(options);
  try {
    std::unique_ptr<Engine> engine = open_torch(options);
    if (engine->description().find("cuda") != std::string::npos) return engine;
  } catch (const Error&) {
    // Without the module, or with one that cannot use the GPU, the processor does it.
  }
  return nullptr;
}

}  // namespace

FitDefaults fit_defaults(const std::string& architecture_name, int width) {
  // Narrower networks gained from self-activation and lost by the scaled start (docs/studies.md).
  constexpr int least_scaled_width = 48;
  FitDefaults defaults;
  const bool wide = width >= least_scaled_width;
  if (wide && (architecture_name == "siren" || architecture_name == "incode")) defaults.initialisation = "scaled";
  if (!wide && architecture_name == "siren") defaults.self_activation = true;
  if (architecture_name == "gauss" || architecture_name == "wire" || architecture_name == "sl2a") {
    defaults.learning_rate = 5e-3;
  }
  if (architecture_name == "pemlp") defaults.learning_rate = 8e-3;
  if (architecture_name.starts_with("mfn-")) defaults.learning_rate = 2e-2;
  return defaults;
}

bool may_use_torch(const EngineOptions& options, const std::string& architecture_name) {
  if (options.engine != "auto") return options.engine == "torch";
  const std::vector<std::string> known = architecture_names();
  if (std::find(known.begin(), known.end(), architecture_name) == known.end()) return false;
  return wants_gpu(options) || !cpu_engine_has(architecture_name);
}

std::unique_ptr<Engine> make_engine(const EngineOptions& options, const FieldSpec& spec) {
  architecture(spec.architecture);
  require_device(options.device);
  if (options.engine == "auto") {
    if (std::unique_ptr<Engine> engine = engine_on_gpu(options, spec)) return engine;
    return cpu_engine_has(spec.architecture) ? make_cpu_engine(options) : open_torch(options);
  }
  std::string names = "auto";
  for (const EngineEntry& entry : engine_table()) {
    if (options.engine == entry.name) return entry.create(options);
    names += ", " + entry.name;
  }
  throw Error("unknown engine '" + options.engine + "': the engines are " + names);
}

std::unique_ptr<Engine> make_engine(const EngineOptions& options, const std::string& architecture_name) {
  FieldSpec spec;
  spec.architecture = architecture_name;
  return make_engine(options, spec);
}

namespace {

struct NamedSchedule {
  const char* name;
  Schedule schedule;
};
constexpr NamedSchedule schedules[] = {
    {"cosine", Schedule::cosine}, {"constant", Schedule::constant}, {"tenth", Schedule::tenth}};

}  // namespace

Schedule schedule_of(const std::string& name) {
  std::string names;
  for (const NamedSchedule& known : schedules) {
    if (name == known.name) return known.schedule;
    names += (names.empty() ? "" : ", ") + std::string(known.name);
  }
  throw Error("unknown schedule '" + name + "': the schedules are " + names);
}

std::string name_of(Schedule schedule) { return schedules[static_cast<std::size_t>(schedule)].name; }

double learning_rate(const FitOptions& options, int epoch) {
  const double share = static_cast<double>(epoch) / options.epochs;
  switch (options.schedule) {
    case Schedule::constant:
      return options.learning_rate;
    case Schedule::tenth:
      return options.learning_rate * std::pow(0.1, share);
    case Schedule::cosine:
      break;
  }
  return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

double contrast_factor(const ActivationOptions& options, int epoch) {
  const bool even = epoch % 2 == 0;
  switch (options.order) {
    case ContrastOrder::up_down:
      return even ? -options.lambda : options.lambda;
    case ContrastOrder::down_up:
      return even ? options.lambda : -options.lambda;
    case ContrastOrder::up:
      return -options.lambda;
    case ContrastOrder::down:
      break;
  }
  return options.lambda;
}

std::vector<float> evaluate_tile(const FitProblem& problem, const NormalisedTile& tile,
                                 const std::vector<float>& weights) {
  const std::size_t pixels = static_cast<std::size_t>(tile.width) * static_cast<std::size_t>(tile.height);
  std::vector<float> x(pixels);
  std::vector<float> y(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::size_t column = i % static_cast<std::size_t>(tile.width);
    const std::size_t row = i / static_cast<std::size_t>(tile.width);
    x[i] = static_cast<float>((2 * static_cast<double>(column) + 1) / problem.grid_width - 1);
    y[i] = static_cast<float>((2 * static_cast<double>(row) + 1) / problem.grid_height - 1);
  }
  std::vector<float> values(tile.values.size());
  architecture(problem.spec.architecture)
      .evaluate(problem.spec, weights.data(), x.data(), y.data(), pixels, values.data(), pixels);
  return values;
}

double mean_square_error(const FitProblem& problem, const NormalisedTile& tile, const std::vector<float>& weights) {
  const std::vector<float> values = evaluate_tile(problem, tile, weights);
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (tile.valid[i] == 0) continue;
    const double error = static_cast<double>(values[i]) - static_cast<double>(tile.values[i]);
    sum += error * error;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace sarinr
