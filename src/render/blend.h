#pragma once

#include <cstddef>
#include <vector>

#include "sarinr/render/renderer.h"

namespace sarinr {

/// Points to evaluate, in source pixels (corners at whole numbers), and the fit-domain values found there.
class BlendPoints {
 public:
  void add(double x, double y) {
    x_.push_back(x);
    y_.push_back(y);
  }
  std::size_t size() const { return x_.size(); }
  const std::vector<double>& x() const { return x_; }
  const std::vector<double>& y() const { return y_; }

  void prepare(int channels) {
    channels_ = static_cast<std::size_t>(channels);
    sums_.assign(size() * channels_, 0);
    shares_.assign(size() * channels_, 0);
  }
  void accumulate(std::size_t i, int channel, double value, double share) {
    const std::size_t at = i * channels_ + static_cast<std::size_t>(channel);
    sums_[at] += share * value;
    shares_[at] += share;
  }
  /// Weights of fields that know nothing of the channel are shared among those that do; 0 where none does.
  double value(std::size_t i, int channel) const {
    if (channels_ == 0) return 0;
    const std::size_t at = i * channels_ + static_cast<std::size_t>(channel);
    return shares_[at] > 0 ? sums_[at] / shares_[at] : 0;
  }

 private:
  std::vector<double> x_;
  std::vector<double> y_;
  std::size_t channels_ = 0;
  std::vector<double> sums_;
  std::vector<double> shares_;
};

/// Evaluates every point in the one to four fields that count there and blends them (TileAxis::shares). Tiles count in
/// tile order, so that a value does not depend on the other points.
void blend_fields(const FieldLayout& layout, const FieldSource& fields, BlendPoints& points);

/// Fit-domain values of a window of native pixels, [channel][row * width + column].
using FitValues = std::vector<std::vector<double>>;

/// Values at the centres of the pixels of `part`, which lies in the core of `tile`: the same as blend_fields gives at
/// these points, but that pixels which only the tile's own field knows, nearly all, take the short way.
FitValues blend_pixels(const FieldLayout& layout, const FieldSource& fields, int tile, const Extent& part);

/// The value of pixel `index` among raw little-endian samples of a type.
Sample exact_sample(PixelType type, const Bytes& samples, std::size_t index);

}  // namespace sarinr
