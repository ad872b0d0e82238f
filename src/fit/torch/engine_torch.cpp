// The LibTorch engine: every architecture, on the CPU and on CUDA; the reference of all others. Opened at run time.

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>

#include "batch_fit.h"
#include "driver.h"
#include "fit/split.h"
#include "repeater.h"
#include "sarinr/fit/engine.h"

namespace sarinr::torch_engine {

namespace {

/// The devices of that name, all of one kind: of auto and cuda every GPU that LibTorch sees, of cuda:N that one.
std::vector<at::Device> find_devices(const std::string& name) {
  const bool has_cuda = torch::cuda::is_available();
  if (name == "cpu" || (name == "auto" && !has_cuda)) return {at::Device(at::kCPU)};
  if (!has_cuda) throw Error("there is no CUDA device that LibTorch can use: give --device cpu");
  const int count = static_cast<int>(torch::cuda::device_count());
  const std::size_t colon = name.find(':');
  const int first = colon == std::string::npos ? 0 : std::stoi(name.substr(colon + 1));
  if (first >= count) {
    throw Error("there is no CUDA device " + std::to_string(first) +
                ": the devices are cuda:0 to cuda:" + std::to_string(count - 1));
  }
  std::vector<at::Device> devices;
  const int end = colon == std::string::npos ? count : first + 1;
  for (int index = first; index < end; ++index) {
    devices.emplace_back(at::kCUDA, static_cast<at::DeviceIndex>(index));
  }
  return devices;
}

/// float32 for "auto": this engine is the others' reference.
std::string find_precision(const std::string& name, at::Device device) {
  if (name == "auto" || name == "float32") return "float32";
  if (name == "tf32" && !device.is_cuda()) {
    throw Error("tf32 is of a GPU's products: on a cpu give --precision float32 or bfloat16");
  }
  if (name == "tf32" || name == "bfloat16") return name;
  throw Error("unknown precision '" + name + "': the precisions of the torch engine are auto, float32, tf32, bfloat16");
}

/// Counts steps of several threads and passes on the wish to stop.
class Progress {
 public:
  explicit Progress(const StepCallback& callback) : callback_(callback) {}
  void advance(std::size_t steps) {
    const std::lock_guard lock(mutex_);
    if (stopped_ || (callback_ && !callback_(steps))) {
      stopped_ = true;
      throw Error("interrupted", ErrorKind::interrupted);
    }
  }

 private:
  const StepCallback& callback_;
  std::mutex mutex_;
  bool stopped_ = false;
};

/// Epochs that a GPU is given before the host looks how it is getting on.
constexpr int epochs_at_once = 32;

class TorchEngine final : public Engine {
 public:
  explicit TorchEngine(const EngineOptions& options) {
    threads_ = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
    drivers_.push_back(std::make_unique<Driver>());
    drivers_[0]->run([&] {
      at::set_num_threads(threads_);
      devices_ = find_devices(options.device);
      precision_ = find_precision(options.precision, devices_[0]);
      if (devices_[0].is_cuda()) at::globalContext().setAllowTF32CuBLAS(precision_ == "tf32");
    });
    while (drivers_.size() < devices_.size()) drivers_.push_back(std::make_unique<Driver>());
  }

  std::string name() const override { return "torch"; }
  std::string description() const override {
    return std::string("torch ") + TORCH_VERSION + ", " + (on_gpu() ? "cuda" : "cpu") +
           (precision_ == "float32" ? "" : ", " + precision_);
  }

  std::vector<float> activate(const FitProblem& problem, const ActivationOptions& options,
                              const StepCallback& step) override {
    std::vector<float> weights;
    drivers_[0]->run([&] { weights = activate_here(problem, options, step); });
    return weights;
  }

  std::vector<TileFit> fit(const FitProblem& problem, const std::vector<NormalisedTile>& tiles,
                           const FitOptions& options, const StepCallback& step) override {
    std::vector<TileFit> fits(tiles.size());
    Progress progress(step);
    const std::vector<Share> shares = split_evenly(tiles.size(), drivers_.size());
    for (std::size_t i = 0; i < drivers_.size(); ++i) {
      drivers_[i]->start(
          [&, i] { fit_here(problem, tiles, options, progress, fits, devices_[i], shares[i].begin, shares[i].end); });
    }
    std::exception_ptr failure;
    for (const std::unique_ptr<Driver>& driver : drivers_) {
      try {
        driver->finish();
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
    return fits;
  }

  int preferred_batch(const FitProblem& problem, std::size_t memory) const override {
    if (!on_gpu()) return 2 * threads_;
    // Autograd keeps two activations a layer and the optimiser's copies are small beside them.
    const std::size_t pixels = static_cast<std::size_t>(problem.grid_width) * problem.grid_height;
    const std::size_t tile = pixels * sizeof(float) * static_cast<std::size_t>(problem.spec.width) *
                             static_cast<std::size_t>(3 * (problem.spec.depth + 2));
    return static_cast<int>(std::clamp<std::size_t>(memory / tile, 1, 1024) * devices_.size());
  }

 private:
  bool on_gpu() const { return devices_[0].is_cuda(); }
  std::unique_ptr<Network> network_of(const FieldSpec& spec) const {
    return make_network(spec, precision_ == "bfloat16" ? at::kBFloat16 : at::kFloat);
  }

  std::vector<float> activate_here(const FitProblem& problem, const ActivationOptions& options,
                                   const StepCallback& step) const {
    const std::unique_ptr<Network> network = network_of(problem.spec);
    const GradientPass pass(*network, problem, devices_[0]);
    Stepper stepper(make_leaves(problem.spec, problem.start, 1, devices_[0]),
                    std::vector<double>(static_cast<std::size_t>(options.epochs), options.learning_rate));
    Progress progress(step);
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
      stepper.step(pass.contrast(stepper.leaves(), contrast_factor(options, epoch)));
      progress.advance(1);
    }
    return weights_of(on_cpu(stepper.leaves()), 0);
  }

  /// Tiles [begin, end) on one device; on a GPU together, on the processor one by one, several at a time.
  void fit_here(const FitProblem& problem, const std::vector<NormalisedTile>& tiles, const FitOptions& options,
                Progress& progress, std::vector<TileFit>& fits, at::Device device, std::size_t begin,
                std::size_t end) const {
    if (begin == end) return;
    const std::unique_ptr<Network> network = network_of(problem.spec);
    const GradientPass pass(*network, problem, device);
    const std::int64_t first = static_cast<std::int64_t>(begin);
    const std::int64_t last = static_cast<std::int64_t>(end);
    const auto group = [&](std::int64_t from, std::int64_t to) {
      BatchFit batch(problem, pass, tiles, options, from, to, device);
      take_epochs(batch, options, device, progress, static_cast<std::size_t>(to - from), fits);
      batch.record(fits);
    };
    if (device.is_cuda()) {
      group(first, last);
    } else if (last - first >= threads_) {
      at::parallel_for(first, last, 1, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t i = from; i < to; ++i) group(i, i + 1);
      });
    } else {
      for (std::int64_t i = first; i < last; ++i) group(i, i + 1);
    }
  }

  static void take_epochs(BatchFit& batch, const FitOptions& options, at::Device device, Progress& progress,
                          std::size_t tiles, std::vector<TileFit>& fits) {
    const int epochs = options.epochs;
    const int stride = device.is_cuda() ? epochs_at_once : 1;
    Repeater repeater(device, [&] { batch.epoch(); });
    for (int epoch = 0; epoch < epochs;) {
      const int end = std::min(epochs, epoch + stride);
      const std::size_t steps = static_cast<std::size_t>(end - epoch);
      for (; epoch < end; ++epoch) {
        repeater.run();
        if (!std::binary_search(options.snapshots.begin(), options.snapshots.end(), epoch + 1)) continue;
        repeater.wait();
        batch.keep(fits);
      }
      repeater.wait();
      progress.advance(steps * tiles);
      if (batch.all_reached()) return;
    }
  }

  std::vector<std::unique_ptr<Driver>> drivers_;  ///< one a device
  std::vector<at::Device> devices_;
  std::string precision_;
  int threads_ = 1;
};

}  // namespace

}  // namespace sarinr::torch_engine

extern "C" __attribute__((visibility("default"))) sarinr::Engine* sarinr_create_engine(
    const sarinr::EngineOptions& options) {
  return new sarinr::torch_engine::TorchEngine(options);
}
