#include "fit/cuda/latent_tile.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fit/cuda/latent_layout.h"
#include "sarinr/base/error.h"

namespace sarinr::fused {

namespace {

/// A place that points into the device's memory once that is there, and the numbers that it needs.
struct Slot {
  float** place;
  int count;
};

std::size_t size_of(const std::vector<Slot>& slots) {
  return std::accumulate(slots.begin(), slots.end(), std::size_t{0},
                         [](std::size_t sum, const Slot& slot) { return sum + static_cast<std::size_t>(slot.count); });
}

void add_planes(LatentPlanes& planes, int points, int inputs, int width, int outputs, std::vector<Slot>& slots) {
  planes.points = points;
  for (float** const place : {&planes.input, &planes.input_gradient}) slots.push_back({place, inputs * points});
  for (float** const place : {&planes.first, &planes.hidden, &planes.first_gradient, &planes.second_gradient}) {
    slots.push_back({place, width * points});
  }
  slots.push_back({&planes.out_gradient, outputs * points});
  slots.push_back({&planes.cost, points});
}

/// All that passes write.
std::vector<Slot> slots_of(LatentArguments& a, int partials) {
  std::vector<Slot> slots;
  for (float** const place :
       {&a.latent, &a.slope, &a.symbol, &a.gradient, &a.first_moment, &a.second_moment, &a.symbol_gradient}) {
    slots.push_back({place, a.free_count});
  }
  for (float** const place : {&a.node, &a.node_gradient}) slots.push_back({place, a.seen_count});
  for (float** const place : {&a.along, &a.filtered, &a.filtered_gradient, &a.along_gradient}) {
    slots.push_back({place, a.filtered_count});
  }
  for (float** const place : {&a.upsampled, &a.upsampled_gradient}) slots.push_back({place, a.around_count});
  slots.push_back({&a.reduced, a.reduced_count});
  add_planes(a.synthesis, a.pixels(), a.inputs(), a.width, a.channels, slots);
  add_planes(a.entropy, a.free_count, a.entropy_inputs(a.channels - 1), a.entropy_width, 2, slots);
  slots.push_back({&a.weight_gradient, a.weight_count});
  slots.push_back({&a.partials, partials});
  slots.push_back({&a.tap_partials, a.tap_chunk_count * latent_taps});
  slots.push_back({&a.cost_partials, a.chunk_count});
  return slots;
}

class DeviceTileTraining final : public TileTraining {
 public:
  DeviceTileTraining(Device& device, const LatentShape& shape, LatentTarget target)
      : device_(device),
        geometry_(shape, std::move(target)),
        layout_(geometry_),
        arguments_(layout_.arguments),
        slots_(slots_of(arguments_, layout_.partial_count)),
        numbers_(device, size_of(slots_)),
        places_(device, place_count()),
        tables_(device, layout_.axis_numbers.size() + 2 * geometry_.target.values.size() + noise_values +
                            static_cast<std::size_t>(arguments_.weight_count)),
        chunks_(device, layout_.chunks.size() + layout_.tap_chunks.size()) {
    float* next = numbers_.get();
    for (const Slot& slot : slots_) {
      *slot.place = next;
      next += slot.count;
    }
    numbers_.clear();
    load_places();
    load_tables();
    use_step(shape.step);
    if (arguments_.seen_count > 0) device_.upload(arguments_.node, layout_.nodes.data(), bytes(layout_.nodes.size()));
    device_.wait();
  }

  const LatentGeometry& geometry() const override { return geometry_; }

  std::vector<float> latents(int level, int channel) override {
    std::vector<float> out(nodes(level).count());
    if (!out.empty()) device_.download(out.data(), latent_place(level, channel), bytes(out.size()));
    return out;
  }
  void set_latents(int level, int channel, const std::vector<float>& latents) override {
    if (latents.empty()) return;
    device_.upload(latent_place(level, channel), latents.data(), bytes(latents.size()));
    device_.wait();
  }

  void begin_steps() override {
    const auto count = static_cast<std::size_t>(arguments_.free_count);
    device_.clear(arguments_.first_moment, bytes(count));
    device_.clear(arguments_.second_moment, bytes(count));
  }

  void step(const std::vector<float>& weights, const Softening& softening, double lambda,
            const std::vector<AdamStep>& adam, std::vector<float>* gradient) override {
    use_noise(softening.noise);
    use_weights(weights);
    arguments_.temperature = softening.temperature;
    arguments_.soft_height = 1 / (2 * std::tanh(1 / (2 * softening.temperature)));
    arguments_.draw_step = softening.step;
    arguments_.second_correction = adam.front().second_correction;
    for (int level = 0; level < arguments_.levels; ++level) {
      arguments_.level[level].rate = adam[static_cast<std::size_t>(level)].rate;
    }
    arguments_.soft = true;
    find_gradients(lambda);
    if (gradient != nullptr) sum_weights();
    run({LatentPass::move_latents});
    if (gradient != nullptr) download_gradient(*gradient);
  }

  void differentiate(const std::vector<float>& weights, double lambda, std::vector<float>& gradient) override {
    use_weights(weights);
    arguments_.soft = false;
    find_gradients(lambda);
    sum_weights();
    download_gradient(gradient);
  }

  LatentCost measure(const std::vector<float>& weights) override {
    use_weights(weights);
    arguments_.soft = arguments_.gradients = false;
    find_costs();
    run({LatentPass::sum_costs});
    std::vector<float> partials(layout_.chunks.size());
    device_.download(partials.data(), arguments_.cost_partials, bytes(partials.size()));
    const auto nodes = partials.begin() + arguments_.pixel_chunks;
    return {std::accumulate(partials.begin(), nodes, 0.0), std::accumulate(nodes, partials.end(), 0.0)};
  }

  std::vector<float> values(const std::vector<float>& weights) override {
    use_weights(weights);
    std::vector<float> values(geometry_.target.values.size());
    const Buffer<float> out(device_, values.size());
    arguments_.out = out.get();
    arguments_.soft = arguments_.gradients = false;
    find_costs();
    out.download(values.data(), values.size());
    arguments_.out = nullptr;
    return values;
  }

  void shift_target(int channel, float shift) override {
    device_.wait();
    const auto pixels = static_cast<std::size_t>(arguments_.pixels());
    const auto first = geometry_.target.values.begin() + static_cast<std::ptrdiff_t>(channel * pixels);
    std::vector<float> shifted(first, first + static_cast<std::ptrdiff_t>(pixels));
    for (float& value : shifted) value += shift;
    device_.upload(target_place_ + channel * pixels, shifted.data(), bytes(pixels));
    device_.wait();
  }

 private:
  static std::size_t bytes(std::size_t floats) { return floats * sizeof(float); }

  std::size_t place_count() const {
    return layout_.sources.size() + layout_.seer_starts.size() + layout_.seers.size() + layout_.axis_places.size();
  }

  float* latent_place(int level, int channel) const {
    const LatentLevel& of = arguments_.level[level];
    return arguments_.latent + of.nodes + channel * of.count();
  }

  void load_places() {
    std::size_t next = 0;
    const auto load = [&](const std::vector<int>& from) {
      if (!from.empty()) places_.upload(from.data(), from.size(), next);
      next += from.size();
      return places_.get() + (next - from.size());
    };
    arguments_.sources = load(layout_.sources);
    arguments_.seer_starts = load(layout_.seer_starts);
    arguments_.seers = load(layout_.seers);
    arguments_.axis_places = load(layout_.axis_places);
    chunks_.upload(layout_.chunks.data(), layout_.chunks.size());
    chunks_.upload(layout_.tap_chunks.data(), layout_.tap_chunks.size(), layout_.chunks.size());
    arguments_.chunks = chunks_.get();
    arguments_.tap_chunks = chunks_.get() + layout_.chunks.size();
  }

  void load_tables() {
    const LatentTarget& target = geometry_.target;
    for (const std::uint8_t weight : target.weights) target_weights_.push_back(weight != 0 ? 1.0f : 0.0f);
    float* next = tables_.get();
    const auto load = [&](const float* from, std::size_t count) {
      if (from != nullptr && count > 0) device_.upload(next, from, bytes(count));
      next += count;
      return next - count;
    };
    arguments_.axis_numbers = load(layout_.axis_numbers.data(), layout_.axis_numbers.size());
    target_place_ = load(target.values.data(), target.values.size());
    arguments_.target = target_place_;
    arguments_.target_weight = load(target_weights_.data(), target_weights_.size());
    noise_place_ = load(nullptr, noise_values);
    weights_place_ = load(nullptr, static_cast<std::size_t>(arguments_.weight_count));
    arguments_.noise = noise_place_;
    arguments_.weights = weights_place_;
  }

  void use_step(float step) override {
    geometry_.shape.step = step;
    for (int level = 0; level < arguments_.levels; ++level) {
      arguments_.level_step[level] = geometry_.shape.level_step(level);
    }
    given_weights_.clear();
  }

  /// Symbols go into the networks as they are: columns of inputs times their level's step.
  void use_weights(const std::vector<float>& weights) {
    if (weights == given_weights_) return;
    device_.wait();
    given_weights_ = weights;
    weights_ = weights;
    const auto inputs = static_cast<std::size_t>(arguments_.inputs());
    for (const int tensor : {latent_tensor::first, latent_tensor::skip}) {
      const TensorInfo& matrix = geometry_.tensors[static_cast<std::size_t>(tensor)];
      for (std::size_t i = 0; i < matrix.size(); ++i) {
        weights_[matrix.offset + i] *=
            arguments_.level_step[i % inputs / static_cast<std::size_t>(arguments_.channels)];
      }
    }
    device_.upload(weights_place_, weights_.data(), bytes(weights_.size()));
  }

  void use_noise(const float* noise) {
    if (std::equal(noise_.begin(), noise_.end(), noise, noise + noise_values)) return;
    device_.wait();
    noise_.assign(noise, noise + noise_values);
    device_.upload(noise_place_, noise_.data(), bytes(noise_.size()));
  }

  void run(std::initializer_list<LatentPass> passes) {
    for (const LatentPass pass : passes) device_.run(arguments_, pass);
  }

  void find_costs() {
    run({LatentPass::round_latents, LatentPass::place_nodes, LatentPass::filter_rows, LatentPass::filter_columns,
         LatentPass::upsample, LatentPass::synthesise, LatentPass::count_bits});
  }

  void find_gradients(double lambda) {
    arguments_.gradients = true;
    arguments_.error_factor = static_cast<float>(1 / pixels());
    arguments_.bit_weight = static_cast<float>(lambda / pixels());
    find_costs();
    run({LatentPass::spread_upsampled, LatentPass::reduce_rows, LatentPass::reduce_columns,
         LatentPass::filter_columns_back, LatentPass::filter_rows_back});
  }

  void sum_weights() { run({LatentPass::multiply, LatentPass::multiply_taps, LatentPass::sum_weights}); }

  void download_gradient(std::vector<float>& gradient) {
    gradient.resize(static_cast<std::size_t>(arguments_.weight_count));
    device_.download(gradient.data(), arguments_.weight_gradient, bytes(gradient.size()));
  }

  Device& device_;
  LatentGeometry geometry_;
  LatentLayout layout_;
  LatentArguments arguments_;
  std::vector<Slot> slots_;
  Buffer<float> numbers_;
  Buffer<int> places_;
  Buffer<float> tables_;
  Buffer<LatentChunk> chunks_;
  float* target_place_ = nullptr;
  float* noise_place_ = nullptr;
  float* weights_place_ = nullptr;
  std::vector<float> target_weights_, noise_, weights_, given_weights_;
};

class DeviceLatentEngine final : public LatentEngine {
 public:
  explicit DeviceLatentEngine(const OpenDevice& gpu) : device_(gpu()) {}
  std::string name() const override { return "cuda"; }
  std::string description() const override { return "cuda, " + device_->name() + ", float32"; }
  std::unique_ptr<TileTraining> train(const LatentShape& shape, const LatentTarget& target) const override {
    return train_on(*device_, shape, target);
  }

 private:
  std::unique_ptr<Device> device_;
};

}  // namespace

std::unique_ptr<TileTraining> train_on(Device& device, const LatentShape& shape, LatentTarget target) {
  try {
    return std::make_unique<DeviceTileTraining>(device, shape, std::move(target));
  } catch (const OutOfDeviceMemory&) {
    throw Error("the memory of " + device.name() + " does not hold a tile's latent field: give a smaller --tile-size");
  }
}

std::unique_ptr<LatentEngine> make_latent_engine_on(const OpenDevice& gpu) {
  return std::make_unique<DeviceLatentEngine>(gpu);
}

}  // namespace sarinr::fused
