#include "sarinr/render/renderer.h"

#include <algorithm>
#include <utility>

#include "render/blend.h"
#include "render/blend_terms.h"
#include "render/sample_interpolation.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// The class of a pixel as the mask of the tile that owns it has it.
PixelClass class_at(const TileContent& content, const Extent& core, int band, int column, int row) {
  const std::vector<PixelClass>& mask = content.masks[static_cast<std::size_t>(band)];
  if (mask.empty()) return PixelClass::valid;
  return mask[static_cast<std::size_t>(row - core.y) * static_cast<std::size_t>(core.width) +
              static_cast<std::size_t>(column - core.x)];
}

std::size_t pixel_index(const Extent& extent, int column, int row) {
  return static_cast<std::size_t>(row - extent.y) * static_cast<std::size_t>(extent.width) +
         static_cast<std::size_t>(column - extent.x);
}

/// The class of a pixel whose sample may be stored exactly: its record then need not name a class.
PixelClass exact_class(const BandModel& band, PixelClass pixel_class, const Sample* exact) {
  if (exact == nullptr || pixel_class != PixelClass::valid || band.quantity == Quantity::categorical) {
    return pixel_class;
  }
  return classify(band, *exact);
}

}  // namespace

Renderer::Renderer(FieldLayout layout, std::shared_ptr<const FieldSource> fields,
                   std::shared_ptr<const SpeckleTexture> speckle)
    : layout_(std::move(layout)), fields_(std::move(fields)), speckle_(std::move(speckle)) {
  if (!layout_.evaluator) layout_.evaluator = cpu_evaluator(layout_.spec);
}

void Renderer::evaluate_by(std::shared_ptr<const FieldEvaluator> evaluator) {
  layout_.evaluator = std::move(evaluator);
}

template <typename Take>
void Renderer::visit(const Extent& window, const Take& take) const {
  const TileGrid& grid = layout_.grid;
  const int first_column = grid.columns().cell(window.x);
  const int last_column = grid.columns().cell(window.x + window.width - 1);
  const int first_row = grid.rows().cell(window.y);
  const int last_row = grid.rows().cell(window.y + window.height - 1);
  for (int row = first_row; row <= last_row; ++row) {
    for (int column = first_column; column <= last_column; ++column) visit_core(grid.index(column, row), window, take);
  }
}

template <typename Take>
void Renderer::visit_core(int tile, const Extent& window, const Take& take) const {
  const Extent core = layout_.grid.core(tile);
  const Extent part = intersection(core, window);
  const std::shared_ptr<const TileField> field = fields_->field(tile);
  FitValues fit_values;
  if (field->content.kind == TileContent::Kind::field) fit_values = blend_pixels(layout_, *fields_, tile, part);
  for (std::size_t c = 0; speckle_ && c < fit_values.size(); ++c) {
    speckle_->add(static_cast<int>(c), part, fit_values[c]);
  }
  int channel = 0;
  for (std::size_t b = 0; b < layout_.bands.size(); ++b) {
    const int channels = layout_.bands[b].channels();
    const bool exact = !field->content.exact[b].empty();
    std::size_t point = 0;
    for (int y = part.y; y < part.y + part.height; ++y) {
      for (int x = part.x; x < part.x + part.width; ++x, ++point) {
        double values[2] = {0, 0};
        Sample sample;
        if (exact) {
          sample = exact_sample(layout_.bands[b].type, field->content.exact[b], pixel_index(core, x, y));
        } else {
          for (int c = 0; c < channels; ++c) values[c] = fit_values[static_cast<std::size_t>(channel + c)][point];
        }
        take(b, pixel_index(window, x, y), class_at(field->content, core, static_cast<int>(b), x, y), values,
             exact ? &sample : nullptr);
      }
    }
    channel += channels;
  }
}

std::vector<std::vector<Sample>> Renderer::native(const Extent& window, std::vector<std::uint8_t>* masked) const {
  const std::size_t pixels = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
  std::vector<std::vector<Sample>> samples(layout_.bands.size(), std::vector<Sample>(pixels));
  if (masked != nullptr) masked->assign(pixels, 1);
  visit(window,
        [&](std::size_t b, std::size_t place, PixelClass pixel_class, const double* values, const Sample* exact) {
          if (pixel_class == PixelClass::masked && masked != nullptr) (*masked)[place] = 0;
          samples[b][place] = exact != nullptr ? *exact : from_fit_domain(layout_.bands[b], pixel_class, values);
        });
  return samples;
}

std::vector<BandValues> Renderer::unrounded(const Extent& window) const {
  const std::size_t pixels = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
  std::vector<BandValues> bands(layout_.bands.size());
  for (BandValues& band : bands) {
    band.samples.resize(pixels);
    band.classes.resize(pixels);
  }
  visit(window,
        [&](std::size_t b, std::size_t place, PixelClass pixel_class, const double* values, const Sample* exact) {
          bands[b].samples[place] = exact != nullptr ? *exact : physical_value(layout_.bands[b], pixel_class, values);
          bands[b].classes[place] = exact_class(layout_.bands[b], pixel_class, exact);
        });
  return bands;
}

template <typename Take>
void Renderer::visit_points(const std::vector<double>& x, const std::vector<double>& y, const Take& take) const {
  const TileGrid& grid = layout_.grid;
  std::shared_ptr<const TileField> field;
  Extent core;
  int last_tile = -1;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int column = std::min(static_cast<int>(x[i]), grid.columns().length() - 1);
    const int row = std::min(static_cast<int>(y[i]), grid.rows().length() - 1);
    const int tile = grid.index(grid.columns().cell(column), grid.rows().cell(row));
    if (tile != last_tile) {
      field = fields_->field(tile);
      core = grid.core(tile);
      last_tile = tile;
    }
    take(i, *field, core, column, row);
  }
}

std::vector<BandValues> Renderer::points(const std::vector<double>& x, const std::vector<double>& y) const {
  BlendPoints points;
  for (std::size_t i = 0; i < x.size(); ++i) points.add(x[i], y[i]);
  blend_fields(layout_, *fields_, points);
  std::vector<BandValues> bands(layout_.bands.size());
  for (BandValues& band : bands) {
    band.samples.resize(x.size());
    band.classes.resize(x.size());
  }
  SampleInterpolation between(layout_, *fields_);
  visit_points(x, y, [&](std::size_t i, const TileField& field, const Extent& core, int column, int row) {
    int channel = 0;
    for (std::size_t b = 0; b < bands.size(); ++b) {
      const BandModel& band = layout_.bands[b];
      const PixelClass pixel_class = class_at(field.content, core, static_cast<int>(b), column, row);
      const Bytes& exact = field.content.exact[b];
      Sample sample;
      if (!exact.empty()) sample = exact_sample(band.type, exact, pixel_index(core, column, row));
      const bool sampled = field.content.kind == TileContent::Kind::sampled && band.channels() > 0;
      if (sampled && has_value(pixel_class)) sample = between.value(b, x[i], y[i], pixel_class, sample);
      double values[2] = {0, 0};
      for (int c = 0; c < band.channels(); ++c) {
        values[c] = points.value(i, channel + c);
        if (speckle_ && exact.empty()) values[c] += speckle_->at(channel + c, x[i], y[i]);
      }
      bands[b].samples[i] = exact.empty() ? physical_value(band, pixel_class, values) : sample;
      bands[b].classes[i] = exact_class(band, pixel_class, exact.empty() ? nullptr : &sample);
      channel += band.channels();
    }
  });
  return bands;
}

std::vector<BandTerms> Renderer::derivatives(int order, const std::vector<double>& x,
                                             const std::vector<double>& y) const {
  std::vector<std::vector<FieldTerms>> terms = blend_terms(layout_, *fields_, order, x, y);
  std::vector<BandTerms> bands(layout_.bands.size());
  std::size_t channel = 0;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    bands[b].classes.resize(x.size());
    for (int c = 0; c < layout_.bands[b].channels(); ++c) bands[b].channels.push_back(std::move(terms[channel++]));
  }
  visit_points(x, y, [&](std::size_t i, const TileField& field, const Extent& core, int column, int row) {
    for (std::size_t b = 0; b < bands.size(); ++b) {
      const bool stored = !field.content.exact[b].empty();
      bands[b].classes[i] =
          stored ? PixelClass::nodata : class_at(field.content, core, static_cast<int>(b), column, row);
    }
  });
  return bands;
}

Sample Renderer::at(double x, double y, int band) const {
  const int width = layout_.grid.columns().length();
  const int height = layout_.grid.rows().length();
  if (!(x >= 0 && y >= 0 && x <= width && y <= height)) {
    throw Error("the position (" + std::to_string(x) + ", " + std::to_string(y) + ") lies outside the raster of " +
                std::to_string(width) + " x " + std::to_string(height) + " pixels");
  }
  if (band < 0 || static_cast<std::size_t>(band) >= layout_.bands.size()) {
    throw Error("there is no band " + std::to_string(band + 1) + ": the raster has " +
                std::to_string(layout_.bands.size()));
  }
  return points({x}, {y})[static_cast<std::size_t>(band)].samples[0];
}

}  // namespace sarinr
