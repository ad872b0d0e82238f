#include "fit/cuda/emulated_device.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "fit/cuda/fit_tile.h"
#include "fit/cuda/host_unit.h"

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
    const auto found = blocks_.find(memory);
    if (found == blocks_.end()) return;
    free_ += found->second.size();
    blocks_.erase(found);
  }
  void clear(void* memory, std::size_t bytes) override { std::memset(memory, 0, bytes); }
  void upload(void* to, const void* from, std::size_t bytes) override { std::memcpy(to, from, bytes); }
  void download(void* to, const void* from, std::size_t bytes) override { std::memcpy(to, from, bytes); }

  void run(const Arguments& arguments) override {
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

 private:
  std::size_t free_;
  std::size_t shared_bytes_;
  std::map<void*, std::vector<std::byte>> blocks_;
};

}  // namespace

std::unique_ptr<Device> make_emulated_device(std::size_t memory, std::size_t shared_bytes) {
  return std::make_unique<EmulatedDevice>(memory, shared_bytes);
}

}  // namespace sarinr::fused
