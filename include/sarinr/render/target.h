#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sarinr/render/coordinate_map.h"
#include "sarinr/render/ground_scale.h"
#include "sarinr/render/renderer.h"

namespace sarinr {

/// What a target pixel's value stands for.
enum class Sampling {
  point,    ///< the field at the pixel's centre
  average,  ///< the mean over the pixel's footprint of the values at native pixel centres; a point where it is no
            ///< larger than a native pixel
  integral  ///< the mean of the field over the footprint
};

/// A derivative of the field at a target pixel's centre, along the target's axes.
enum class Derivative {
  none,
  x,         ///< towards larger x (east); with rows that run south, y is towards smaller row numbers (north)
  y,         ///< towards larger y (north)
  gradient,  ///< length of the gradient
  laplacian  ///< sum of the two second derivatives
};

struct TargetOptions {
  Sampling sampling = Sampling::average;
  Derivative derivative = Derivative::none;
  std::vector<int> bands;            ///< from 0, in the order wanted; empty: all
  std::optional<Quantity> quantity;  ///< of the output, where it differs from the band's own
  bool beyond_source = false;        ///< the grid reaches beyond the source: bands without a nodata value get one
  std::size_t memory = std::size_t{256} << 20;  ///< bytes of native pixels kept for averages
};

/// Samples of a window of the target: samples[band][row * width + column], rounded to the target bands' types. `mask`
/// is 0 where a pixel is masked in some band.
struct TargetWindow {
  std::vector<std::vector<Sample>> samples;
  std::vector<std::uint8_t> mask;
};

/// Derivatives are of the value in the output's quantity, whatever the sampling, at the pixel's centre.
///
/// Renders a file of fields on any grid: every target pixel is evaluated at its own place in the source.
///
/// Averages are taken of power for amplitude, power and decibel bands (and then transformed back), coherently for
/// complex bands (of |z|^2 where another quantity is asked for), of the values for other bands, and by majority for
/// categorical ones. They weigh native pixels by the area that they share with the target pixel's footprint, a
/// parallelogram; pixels without a value do not count, and a target pixel has a value if one of them has. Footprints
/// that stretch over 1 to 2 native pixels pass linearly from point sampling to the average.
///
/// A pixel does not depend on the window asked for. Thread-safe.
class TargetRenderer {
 public:
  /// `scale` gives derivatives per metre; without it they are per target pixel, y downwards. Throws an Error where a
  /// band cannot be given in the quantity, or has no derivative, as with speckle put back.
  TargetRenderer(const Renderer& source, std::shared_ptr<const CoordinateMap> map, const TargetOptions& options,
                 std::shared_ptr<const GroundScale> scale = nullptr);
  ~TargetRenderer();

  /// Bands of the output: quantity, type and nodata value. A band given in its own quantity keeps its type; converted
  /// and derived ones are Float32 (CFloat32) with NaN for what has no value.
  const std::vector<BandModel>& bands() const;
  TargetWindow render(const Extent& window) const;
  /// Width and height of windows that cover about one native tile each, for a target of that size: a power of two from
  /// 16 to 256.
  int preferred_window(int width, int height) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sarinr
