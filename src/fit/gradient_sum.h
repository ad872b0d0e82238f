#pragma once

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <vector>

#include "fit/flush_to_zero.h"
#include "fit/network_gradient.h"
#include "fit/pair_kernels.h"

namespace sarinr {

/// Sums of gradients and losses over all blocks of an image. Blocks are summed in chunks that are the same for any
/// number of threads, and the chunks in order, so that sums do not depend on it.
class GradientSum {
 public:
  /// `parallel`: chunks are spread over the threads of the task arena that calls run; else the caller does them all.
  GradientSum(const NetworkGradient& gradient, std::size_t blocks, bool parallel)
      : gradient_(gradient),
        blocks_(blocks),
        chunk_blocks_(blocks_of_a_chunk(gradient, blocks)),
        parallel_(parallel && blocks > chunk_blocks_),
        workspaces_([&gradient] { return gradient.workspace(); }),
        sums_(aligned_zeros(gradient.sums_size())),
        losses_(gradient.outputs()) {
    const std::size_t chunks = (blocks + chunk_blocks_ - 1) / chunk_blocks_;
    chunks_.resize(chunks);
    for (std::size_t i = 0; i < chunks; ++i) {
      if (i == 0 || parallel_) chunks_[i].sums = aligned_zeros(gradient.sums_size());
      chunks_[i].losses.resize(losses_.size());
    }
  }

  /// Calls work(block, workspace, sums, losses), which adds to sums and losses, for every block.
  template <class Work>
  void run(const Work& work) {
    std::fill(sums_.get(), sums_.get() + gradient_.sums_size(), 0.0f);
    std::fill(losses_.begin(), losses_.end(), 0.0);
    if (parallel_) {
      oneapi::tbb::parallel_for(
          oneapi::tbb::blocked_range<std::size_t>(0, chunks_.size(), 1),
          [&](const oneapi::tbb::blocked_range<std::size_t>& range) {
            for (std::size_t i = range.begin(); i < range.end(); ++i) run_chunk(work, i, chunks_[i].sums.get());
          },
          oneapi::tbb::simple_partitioner());
    }
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      float* sums = chunks_[parallel_ ? i : 0].sums.get();
      if (!parallel_) run_chunk(work, i, sums);
      for (std::size_t k = 0; k < gradient_.sums_size(); ++k) sums_[k] += sums[k];
      for (std::size_t c = 0; c < losses_.size(); ++c) losses_[c] += chunks_[i].losses[c];
    }
  }

  const float* sums() const { return sums_.get(); }
  const std::vector<double>& losses() const { return losses_; }

 private:
  struct Chunk {
    AlignedFloats sums;
    std::vector<double> losses;
  };

  /// 2304 pixels; more where so many chunks of a large network would take too much memory.
  static std::size_t blocks_of_a_chunk(const NetworkGradient& gradient, std::size_t blocks) {
    constexpr std::size_t usual = 48;
    constexpr std::size_t most_floats = std::size_t{1} << 24;
    const std::size_t most_chunks = std::max<std::size_t>(8, most_floats / gradient.sums_size());
    return std::max(usual, (blocks + most_chunks - 1) / most_chunks);
  }

  template <class Work>
  void run_chunk(const Work& work, std::size_t chunk, float* sums) {
    const FlushToZero flush;
    const PairSession session(gradient_.pairs());
    NetworkGradient::Workspace& workspace = *workspaces_.local();
    std::vector<double>& losses = chunks_[chunk].losses;
    std::fill(sums, sums + gradient_.sums_size(), 0.0f);
    std::fill(losses.begin(), losses.end(), 0.0);
    const std::size_t end = std::min(blocks_, (chunk + 1) * chunk_blocks_);
    for (std::size_t block = chunk * chunk_blocks_; block < end; ++block) work(block, workspace, sums, losses);
  }

  const NetworkGradient& gradient_;
  std::size_t blocks_;
  std::size_t chunk_blocks_;
  bool parallel_;
  oneapi::tbb::enumerable_thread_specific<std::unique_ptr<NetworkGradient::Workspace>> workspaces_;
  std::vector<Chunk> chunks_;
  AlignedFloats sums_;
  std::vector<double> losses_;
};

}  // namespace sarinr
