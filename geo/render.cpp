#include "sarinr/geo/render.h"

#include "band_metadata.h"
#include "sarinr/base/error.h"
#include "sarinr/scene/samples.h"

namespace sarinr::geo {

namespace {

bool asks_for_grid(const GridRequest& grid) {
  return grid.resolution || grid.size || grid.scale || grid.bbox || grid.dst_crs || grid.like;
}

/// True where every value is a mean of |z|^2 at native pixels, so that no complex value is ever interpolated.
bool only_multilooks(const RenderRequest& request) {
  const GridRequest& grid = request.grid;
  return request.target.quantity && is_detected(*request.target.quantity) &&
         request.target.sampling == Sampling::average && request.target.derivative == Derivative::none && grid.scale &&
         *grid.scale <= 0.5 && !grid.dst_crs && !grid.like && !grid.bbox;
}

void refuse_tops(const FieldFile& file, const std::string& metadata, const RenderRequest& request) {
  bool complex = false;
  for (const BandModel& band : file.header().bands) complex |= band.quantity == Quantity::complex;
  if (!complex || request.deramped || only_multilooks(request) || !is_tops(metadata)) return;
  throw Error(
      "the scene is a Sentinel-1 TOPS product (IW or EW SLC), whose spectrum is not at baseband: values between its "
      "pixels would be wrong. Render its own grid, average its power (--quantity power --scale 0.5 or less), or give "
      "--deramped if it was deramped");
}

}  // namespace

void render_raster(const FieldFile& file, const std::string& output, const RenderRequest& request,
                   const CreateOptions& create, JobListener& listener) {
  RasterInfo info = native_info(file);
  if (const SpeckleTexture* speckle = file.renderer().speckle()) {
    info.metadata = speckle_metadata(info.metadata, speckle->seed());
  }
  const TargetOptions& options = request.target;
  const bool native_values = options.bands.empty() && !options.quantity && options.derivative == Derivative::none &&
                             options.sampling != Sampling::integral;
  if (!asks_for_grid(request.grid) && native_values) {
    const std::unique_ptr<RasterSink> sink = create_raster(output, info, create);
    render_native(file, *sink, listener);
    sink->commit();
    return;
  }
  const TargetGrid grid = target_grid(info.metadata, info.width, info.height, request.grid);
  const bool moved =
      asks_for_grid(request.grid) || options.derivative != Derivative::none || options.sampling == Sampling::integral;
  if (moved) refuse_tops(file, info.metadata, request);
  const std::string promise = promise_of(file.header().metadata);
  if (asks_for_grid(request.grid) && !promise.empty()) {
    listener.message("the file's promise (" + promise +
                     ") is of its own grid: it does not cover the pixels of another, which are averages and cubic "
                     "interpolations of the samples");
  }
  TargetOptions target = options;
  target.beyond_source = reaches_beyond(*grid.map, grid.width, grid.height, info.width, info.height);
  const TargetRenderer renderer(file.renderer(), grid.map, target, grid.ground);

  BandMetadata change{target.bands, info.bands, renderer.bands(), target.derivative, grid.ground != nullptr};
  if (change.bands.empty()) {
    for (std::size_t b = 0; b < info.bands.size(); ++b) change.bands.push_back(static_cast<int>(b));
  }
  RasterInfo out;
  out.width = grid.width;
  out.height = grid.height;
  out.bands = renderer.bands();
  for (const int band : change.bands) out.band_names.push_back(info.band_names[static_cast<std::size_t>(band)]);
  out.has_mask = info.has_mask;
  out.metadata = band_metadata(grid.metadata, change);
  const std::unique_ptr<RasterSink> sink = create_raster(output, out, create);
  render_target(renderer, out.width, out.height, out.has_mask, *sink, listener);
  sink->commit();
}

}  // namespace sarinr::geo
