#include "fit/cuda/emulated_device.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "fit/cuda/fit_tile.h"
#include "fit/cuda/host_point_unit.h"
#include "fit/cuda/host_unit.h"
#include "fit/cuda/latent_launch.h"
#include "fit/cuda/point_pass.h"

namespace sarinr::fused {

namespace {

/// A thread block whose warps and threads take turns.
template <int padded>
class HostBlock {
 public:
  explicit HostBlock(int warps) : states_(static_cast<std::size_t>(warps)) {}
  template <class Work>
  void each_warp(const Work& work) {
    for (std::size_t warp = 0; warp < states_.size(); ++warp) work(HostUnit(), static_cast<int>(warp), states_[warp]);
  }
  template <class Work>
  void each(int count, const Work& work) {
    for (int i = 0; i < count; ++i) work(HostUnit(), i);
  }
  template <class Work>
  void one(const Work& work) {
    work(HostUnit());
  }

 private:
  std::vector<WarpState<HostUnit, padded>> states_;
};

template <int padded>
void run_tiles(const Arguments& arguments) {
  std::vector<std::uint32_t> shared(arguments.plan.shared_bytes() / sizeof(std::uint32_t));
  for (int tile = 0; tile < arguments.tiles; ++tile) {
    // A block finds in its shared memory whatever was there before: signalling garbage shows who relies on it.
    std::fill(shared.begin(), shared.end(), 0x7fc07fc0u);
    HostBlock<padded> block(arguments.plan.warps);
    fit_tile<HostUnit, padded>(block, arguments, tile, shared.data());
  }
}

struct HostPointBlock {
  template <class Work>
  void each(int count, const Work& work) {
    for (int i = 0; i < count; ++i) work(HostPointUnit(), i);
  }
  template <class Work>
  void each_lane(const Work& work) {
    for (int warp = 0; warp < point_warps; ++warp) {
      for (int lane = 0; lane < lanes; ++lane) work(HostPointUnit(), warp, lane);
    }
  }
};

template <int lane_points>
void run_points(const PointArguments& arguments) {
  std::vector<float> shared(arguments.shared_bytes() / sizeof(float));
  for (int index = 0; index < arguments.blocks(); ++index) {
    std::fill(shared.begin(), shared.end(), std::numeric_limits<float>::quiet_NaN());
    HostPointBlock block;
    evaluate_points<HostPointUnit, lane_points>(block, arguments, index, shared.data());
  }
}

struct HostLatentBlock {
  template <class Work>
  void each(int count, const Work& work) {
    for (int i = 0; i < count; ++i) work(i);
  }
};

void run_latent(const LatentArguments& arguments, LatentPass pass) {
  const int count = count_of(arguments, pass);
  std::vector<float> shared(static_cast<std::size_t>(latent_shared_floats(arguments)));
  with_latent_pass(arguments, pass, [&](auto pass_constant, auto padded_constant) {
    constexpr LatentPass which = decltype(pass_constant)::value;
    for (int i = 0; i < count; ++i) {
      if constexpr (is_blockwise(which)) {
        std::fill(shared.begin(), shared.end(), std::numeric_limits<float>::quiet_NaN());
        HostLatentBlock block;
        run_latent_block<which>(block, arguments, i, shared.data());
      } else {
        run_latent_thread<which, decltype(padded_constant)::value>(arguments, i);
      }
    }
  });
}

/// Nothing happens before someone waits for it: who changes what is still to be copied is found out.
class EmulatedDevice final : public Device {
 public:
  EmulatedDevice(std::size_t memory, std::size_t shared_bytes) : free_(memory), shared_bytes_(shared_bytes) {}
  std::string name() const override { return "emulated"; }
  std::size_t shared_bytes() const override { return shared_bytes_; }
  int multiprocessors() const override { return 2; }
  std::size_t free_bytes() const override { return free_; }

  void* allocate(std::size_t bytes) override {
    if (bytes > free_) throw OutOfDeviceMemory();
    free_ -= bytes;
    std::vector<std::byte> memory(std::max<std::size_t>(bytes, 1), std::byte{0xff});
    void* place = memory.data();
    blocks_.emplace(place, std::move(memory));
    return place;
  }
  void release(void* memory) override {
    wait();
    const auto found = blocks_.find(memory);
    if (found == blocks_.end()) return;
    free_ += found->second.size();
    blocks_.erase(found);
  }
  void* allocate_host(std::size_t bytes) override { return ::operator new(bytes); }
  void release_host(void* memory) override { ::operator delete(memory); }
  void clear(void* memory, std::size_t bytes) override {
    asked_.emplace_back([=] { std::memset(memory, 0, bytes); });
  }
  void upload(void* to, const void* from, std::size_t bytes) override {
    asked_.emplace_back([=] { std::memcpy(to, from, bytes); });
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    wait();
    std::memcpy(to, from, bytes);
  }
  void wait() override {
    for (const auto& work : std::exchange(asked_, {})) work();
  }
  void run(const Arguments& arguments) override {
    asked_.emplace_back([arguments] { fit(arguments); });
  }
  void run(const PointArguments& arguments) override {
    asked_.emplace_back([arguments] { evaluate(arguments); });
  }
  void run(const LatentArguments& arguments, LatentPass pass) override {
    asked_.emplace_back([arguments, pass] { run_latent(arguments, pass); });
  }

 private:
  static void fit(const Arguments& arguments) {
    switch (arguments.plan.shape.padded) {
      case 32:
        return run_tiles<32>(arguments);
      case 64:
        return run_tiles<64>(arguments);
      case 96:
        return run_tiles<96>(arguments);
      default:
        return run_tiles<128>(arguments);
    }
  }

  static void evaluate(const PointArguments& arguments) {
    switch (arguments.lane_points) {
      case 1:
        return run_points<1>(arguments);
      case 2:
        return run_points<2>(arguments);
      default:
        return run_points<most_lane_points>(arguments);
    }
  }

  std::size_t free_;
  std::size_t shared_bytes_;
  std::map<void*, std::vector<std::byte>> blocks_;
  std::vector<std::function<void()>> asked_;
};

}  // namespace

std::unique_ptr<Device> make_emulated_device(std::size_t memory, std::size_t shared_bytes) {
  return std::make_unique<EmulatedDevice>(memory, shared_bytes);
}

}  // namespace sarinr::fused
