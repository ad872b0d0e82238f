#pragma once

#include <memory>

#include "field/packed_network.h"
#include "sarinr/field/spec.h"

namespace sarinr {

struct PairKernels;

/// Values of a network and gradients by its weights, one block of block_pixels pixels at a time: what the engine sums
/// over an image. The weights may change between passes; passes of several threads may share one object.
class NetworkGradient {
 public:
  /// What one thread needs for a block.
  struct Workspace {
    AlignedFloats outputs;  ///< [pixel][output_stride()]
    virtual ~Workspace() = default;
  };

  virtual ~NetworkGradient() = default;
  /// Numbers that `forward` takes for a pixel, and their values at a point of [-1, 1] squared.
  virtual std::size_t inputs() const = 0;
  virtual void encode(float x, float y, float* inputs) const = 0;
  virtual std::size_t outputs() const = 0;
  virtual std::size_t output_stride() const = 0;
  /// Floats that a pass adds its sums to: aligned, zero at first.
  virtual std::size_t sums_size() const = 0;
  virtual std::unique_ptr<Workspace> workspace() const = 0;

  /// `weights` in the order of Architecture::tensors.
  virtual void set_weights(const float* weights) = 0;
  /// From `points` [pixel][inputs()] to work.outputs; keeps what the way back needs.
  virtual void forward(const float* points, Workspace& work) const = 0;
  /// From the loss's derivatives by the outputs, [pixel][output_stride()], of the block that forward was given last:
  /// adds the derivatives by the weights to `sums`.
  virtual void backward(const float* points, const float* output_gradients, Workspace& work, float* sums) const = 0;
  /// The gradient in the order of Architecture::tensors out of `sums`.
  virtual void gather(const float* sums, float* gradient) const = 0;

  /// What multiplies in bfloat16; nullptr: floats throughout. A thread that passes forward or backward holds a
  /// PairSession of it.
  virtual const PairKernels* pairs() const { return nullptr; }
  /// From now on floats throughout; workspaces stay as they are.
  virtual void use_floats() {}
};

/// The gradient of a spec's network by these kernels; `pairs`, if given, are used where the network suits them. nullptr
/// where the cpu engine does not have the architecture.
std::unique_ptr<NetworkGradient> make_gradient(const FieldSpec& spec, const LayerKernels& kernels,
                                               const PairKernels* pairs);

}  // namespace sarinr
