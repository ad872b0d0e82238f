#include "fit/cuda/point_evaluator.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "field/dense_network.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

/// Points of one launch: a tile of usual size at native resolution.
constexpr std::size_t launch_points = std::size_t{1} << 16;

PointShape shape_of(const DenseNetwork& network) {
  PointShape shape;
  shape.activation = network.activation;
  shape.width = network.width;
  shape.depth = network.depth;
  shape.outputs = network.outputs;
  shape.frequencies = network.frequencies;
  shape.encoding_scale = static_cast<double>(network.encoding_scale);
  for (const int hidden : {0, 1}) shape.finer_constant[hidden] = network.finer_constant(hidden);
  return shape;
}

/// Weights as PointShape says they lie, from the order of Architecture::tensors.
void pack(const DenseNetwork& network, const PointShape& shape, const float* weights, float* packed) {
  std::fill(packed, packed + shape.packed_size(), 0.0f);
  for (int layer = 0; layer < network.layers(); ++layer) {
    const int inputs = shape.layer_inputs(layer);
    const int columns = shape.layer_columns(layer);
    const float factor = network.kernel_factor(layer);
    float* matrix = packed + shape.matrix(layer);
    for (int n = 0; n < network.layer_outputs(layer); ++n) {
      for (int k = 0; k < inputs; ++k) matrix[k * columns + n] = factor * *weights++;
    }
    float* biases = packed + shape.biases(layer);
    for (int n = 0; n < network.layer_outputs(layer); ++n) biases[n] = factor * *weights++;
  }
}

/// As many points a lane as leave room for two blocks on a multiprocessor, or for one.
int lane_points_of(PointArguments arguments, std::size_t shared_bytes) {
  for (const std::size_t blocks : {2, 1}) {
    for (int points = most_lane_points; points >= 1; points /= 2) {
      arguments.lane_points = points;
      if (arguments.shared_bytes() <= shared_bytes / blocks) return points;
    }
  }
  throw Error("a network of width " + std::to_string(arguments.shape.width) +
              " needs more shared memory than this GPU has: give --engine cpu");
}

/// A device object with room for one launch, in the device's memory and in page-locked memory of the host.
class Lane {
 public:
  Lane(std::unique_ptr<Device> device, const DenseNetwork& network)
      : network_(network),
        arguments_{shape_of(network)},
        device_(std::move(device)),
        host_inputs_(*device_, inputs_size()),
        host_results_(*device_, results_size()),
        inputs_(*device_, inputs_size()),
        results_(*device_, results_size()) {
    arguments_.lane_points = lane_points_of(arguments_, device_->shared_bytes());
    arguments_.stride = static_cast<int>(launch_points);
    arguments_.x = inputs_.get() + packed_size();
    arguments_.y = arguments_.x + launch_points;
    arguments_.weights = inputs_.get();
    arguments_.out = results_.get();
  }

  const Device& device() const { return *device_; }

  void evaluate(const float* weights, const float* x, const float* y, std::size_t count, float* out,
                std::size_t stride) {
    pack(network_, arguments_.shape, weights, host_inputs_.get());
    inputs_.upload(host_inputs_.get(), packed_size());
    for (std::size_t begin = 0; begin < count; begin += launch_points) {
      const std::size_t points = std::min(launch_points, count - begin);
      launch(x + begin, y + begin, points);
      for (std::size_t c = 0; c < static_cast<std::size_t>(network_.outputs); ++c) {
        const float* channel = host_results_.get() + c * launch_points;
        device_->download(host_results_.get() + c * launch_points, results_.get() + c * launch_points,
                          points * sizeof(float));
        std::copy(channel, channel + points, out + c * stride + begin);
      }
    }
  }

 private:
  void launch(const float* x, const float* y, std::size_t points) {
    float* const host = host_inputs_.get() + packed_size();
    std::copy(x, x + points, host);
    std::copy(y, y + points, host + launch_points);
    inputs_.upload(host, points, packed_size());
    inputs_.upload(host + launch_points, points, packed_size() + launch_points);
    arguments_.count = static_cast<int>(points);
    device_->run(arguments_);
  }

  std::size_t packed_size() const { return static_cast<std::size_t>(arguments_.shape.packed_size()); }
  std::size_t inputs_size() const { return packed_size() + 2 * launch_points; }
  std::size_t results_size() const { return static_cast<std::size_t>(network_.outputs) * launch_points; }

  DenseNetwork network_;
  PointArguments arguments_;
  std::unique_ptr<Device> device_;
  HostBuffer<float> host_inputs_;
  HostBuffer<float> host_results_;
  Buffer<float> inputs_;
  Buffer<float> results_;
};

/// Lanes for the threads that ask, made when they are first needed and kept, on one GPU after the other.
class PointEvaluator final : public FieldEvaluator {
 public:
  PointEvaluator(std::vector<OpenDevice> gpus, const DenseNetwork& network, int most_at_once)
      : gpus_(std::move(gpus)), network_(network), most_at_once_(static_cast<std::size_t>(most_at_once)) {
    give_back(make_lane(0));
    name_ = idle_.front()->device().name();
    made_ = 1;
  }

  std::string description() const override {
    return "cuda, " + (gpus_.size() > 1 ? std::to_string(gpus_.size()) + " x " : std::string()) + name_ + ", float32";
  }

  void evaluate(const float* weights, const float* x, const float* y, std::size_t count, float* out,
                std::size_t stride) const override {
    if (count == 0) return;
    std::unique_ptr<Lane> lane = take();
    try {
      lane->evaluate(weights, x, y, count, out, stride);
    } catch (...) {
      give_back(std::move(lane));
      throw;
    }
    give_back(std::move(lane));
  }

 private:
  std::unique_ptr<Lane> make_lane(std::size_t number) const {
    return std::make_unique<Lane>(gpus_[number % gpus_.size()](), network_);
  }

  std::unique_ptr<Lane> take() const {
    std::unique_lock lock(mutex_);
    while (idle_.empty()) {
      if (made_ == most_at_once_) {
        given_back_.wait(lock);
        continue;
      }
      const std::size_t number = made_++;
      lock.unlock();
      try {
        return make_lane(number);
      } catch (const OutOfDeviceMemory&) {
        // The lanes that are there have to do.
        lock.lock();
        most_at_once_ = number;
        made_ = number;
      }
    }
    std::unique_ptr<Lane> lane = std::move(idle_.back());
    idle_.pop_back();
    return lane;
  }

  void give_back(std::unique_ptr<Lane> lane) const {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(lane));
    }
    given_back_.notify_one();
  }

  std::vector<OpenDevice> gpus_;
  DenseNetwork network_;
  std::string name_;
  mutable std::mutex mutex_;
  mutable std::condition_variable given_back_;
  mutable std::vector<std::unique_ptr<Lane>> idle_;
  mutable std::size_t made_ = 0;
  mutable std::size_t most_at_once_;
};

}  // namespace

bool can_evaluate(const FieldSpec& spec) { return dense_network(spec).has_value(); }

void refuse_evaluation(const FieldSpec& spec) {
  throw Error(
      "fields of architecture " + spec.architecture +
      " are evaluated on the processor only (a GPU has siren, finer, gauss, relu and pemlp): give --engine cpu");
}

std::unique_ptr<FieldEvaluator> make_evaluator_on(std::vector<OpenDevice> gpus, const FieldSpec& spec,
                                                  int most_at_once) {
  const std::optional<DenseNetwork> network = dense_network(spec);
  if (!network) refuse_evaluation(spec);
  try {
    return std::make_unique<PointEvaluator>(std::move(gpus), *network, most_at_once);
  } catch (const OutOfDeviceMemory&) {
    throw Error("the GPU's memory does not hold the points of one tile: give --engine cpu");
  }
}

}  // namespace sarinr::fused
