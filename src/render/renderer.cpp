#include "sarinr/render/renderer.h"

#include <algorithm>
#include <utility>

#include "render/blend.h"
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

}  // namespace

Renderer::Renderer(FieldLayout layout, std::shared_ptr<const FieldSource> fields)
    : layout_(std::move(layout)), fields_(std::move(fields)) {}

std::vector<std::vector<Sample>> Renderer::native(const Extent& window, std::vector<std::uint8_t>* masked) const {
  const std::size_t pixels = static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
  std::vector<std::vector<Sample>> samples(layout_.bands.size(), std::vector<Sample>(pixels));
  if (masked != nullptr) masked->assign(pixels, 1);
  const TileGrid& grid = layout_.grid;
  const int first_column = grid.columns().cell(window.x);
  const int last_column = grid.columns().cell(window.x + window.width - 1);
  const int first_row = grid.rows().cell(window.y);
  const int last_row = grid.rows().cell(window.y + window.height - 1);
  for (int row = first_row; row <= last_row; ++row) {
    for (int column = first_column; column <= last_column; ++column) {
      render_core(grid.index(column, row), window, samples, masked);
    }
  }
  return samples;
}

void Renderer::render_core(int tile, const Extent& window, std::vector<std::vector<Sample>>& samples,
                           std::vector<std::uint8_t>* masked) const {
  const Extent core = layout_.grid.core(tile);
  const Extent part = intersection(core, window);
  const std::shared_ptr<const TileField> field = fields_->field(tile);
  BlendPoints points;
  if (field->content.kind == TileContent::Kind::field) {
    for (int y = part.y; y < part.y + part.height; ++y) {
      for (int x = part.x; x < part.x + part.width; ++x) points.add(x + 0.5, y + 0.5);
    }
    blend_fields(layout_, *fields_, points);
  }
  int channel = 0;
  for (std::size_t b = 0; b < layout_.bands.size(); ++b) {
    const BandModel& band = layout_.bands[b];
    const int channels = band.channels();
    std::size_t point = 0;
    for (int y = part.y; y < part.y + part.height; ++y) {
      for (int x = part.x; x < part.x + part.width; ++x, ++point) {
        Sample& sample = samples[b][pixel_index(window, x, y)];
        if (!field->content.exact[b].empty()) {
          sample = exact_sample(band.type, field->content.exact[b], pixel_index(core, x, y));
          continue;
        }
        const PixelClass pixel_class = class_at(field->content, core, static_cast<int>(b), x, y);
        if (pixel_class == PixelClass::masked && masked != nullptr) (*masked)[pixel_index(window, x, y)] = 0;
        double values[2] = {0, 0};
        for (int c = 0; c < channels; ++c) values[c] = points.value(point, channel + c);
        sample = from_fit_domain(band, pixel_class, values);
      }
    }
    channel += channels;
  }
}

Sample Renderer::at(double x, double y, int band) const {
  const TileGrid& grid = layout_.grid;
  const int width = grid.columns().length();
  const int height = grid.rows().length();
  if (!(x >= 0 && y >= 0 && x <= width && y <= height)) {
    throw Error("the position (" + std::to_string(x) + ", " + std::to_string(y) + ") lies outside the raster of " +
                std::to_string(width) + " x " + std::to_string(height) + " pixels");
  }
  if (band < 0 || static_cast<std::size_t>(band) >= layout_.bands.size()) {
    throw Error("there is no band " + std::to_string(band + 1) + ": the raster has " +
                std::to_string(layout_.bands.size()));
  }
  const int tile = grid.index(grid.columns().cell(x), grid.rows().cell(y));
  const Extent core = grid.core(tile);
  const int column = std::min(static_cast<int>(x), width - 1);
  const int row = std::min(static_cast<int>(y), height - 1);
  const std::shared_ptr<const TileField> field = fields_->field(tile);
  const BandModel& model = layout_.bands[static_cast<std::size_t>(band)];
  const Bytes& exact = field->content.exact[static_cast<std::size_t>(band)];
  if (!exact.empty()) return exact_sample(model.type, exact, pixel_index(core, column, row));
  BlendPoints points;
  points.add(x, y);
  blend_fields(layout_, *fields_, points);
  int channel = 0;
  for (int b = 0; b < band; ++b) channel += layout_.bands[static_cast<std::size_t>(b)].channels();
  double values[2] = {0, 0};
  for (int c = 0; c < model.channels(); ++c) values[c] = points.value(0, channel + c);
  return physical_value(model, class_at(field->content, core, band, column, row), values);
}

}  // namespace sarinr
