#include "render/sample_interpolation.h"

#include <cmath>

#include "render/blend.h"
#include "sarinr/field/latent.h"

namespace sarinr {

SampleInterpolation::SampleInterpolation(const FieldLayout& layout, const FieldSource& fields)
    : layout_(layout), fields_(fields) {}

bool SampleInterpolation::fit_values(std::size_t band, int column, int row, double* values) {
  const TileAxis& columns = layout_.grid.columns();
  const TileAxis& rows = layout_.grid.rows();
  if (column < 0 || row < 0 || column >= columns.length() || row >= rows.length()) return false;
  const int tile = layout_.grid.index(columns.cell(column), rows.cell(row));
  std::shared_ptr<const TileField>& field = tiles_[tile];
  if (!field) field = fields_.field(tile);
  const Extent core = layout_.grid.core(tile);
  const Bytes& exact = field->content.exact[band];
  if (exact.empty()) return false;
  const std::size_t place = static_cast<std::size_t>(row - core.y) * static_cast<std::size_t>(core.width) +
                            static_cast<std::size_t>(column - core.x);
  const std::vector<PixelClass>& mask = field->content.masks[band];
  if (!mask.empty() && !has_value(mask[place])) return false;
  to_fit_domain(layout_.bands[band], exact_sample(layout_.bands[band].type, exact, place), values);
  return true;
}

Sample SampleInterpolation::value(std::size_t band, double x, double y, PixelClass own_class, Sample own) {
  const double left = std::floor(x - 0.5);
  const double top = std::floor(y - 0.5);
  const double beyond_x = x - 0.5 - left;
  const double beyond_y = y - 0.5 - top;
  if (beyond_x == 0 && beyond_y == 0) return own;
  const CubicWeights horizontal = cubic_weights(beyond_x);
  const CubicWeights vertical = cubic_weights(beyond_y);
  const BandModel& model = layout_.bands[band];
  double own_values[2] = {0, 0};
  to_fit_domain(model, own, own_values);
  double sums[2] = {0, 0};
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      double values[2] = {own_values[0], own_values[1]};
      fit_values(band, static_cast<int>(left) - 1 + i, static_cast<int>(top) - 1 + j, values);
      const double weight = static_cast<double>(horizontal.weight[i]) * static_cast<double>(vertical.weight[j]);
      for (std::size_t c = 0; c < 2; ++c) sums[c] += weight * values[c];
    }
  }
  return physical_value(model, own_class, sums);
}

}  // namespace sarinr
