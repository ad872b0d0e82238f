#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sarinr/fit/engine.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/raster.h"
#include "sarinr/scene/report_output.h"

/// The papers' experiments: each study is a grid of settings, every cell of which is computed once, and a page.
namespace sarinr::study {

/// One band of an image as studies take it, and the tile that engines fit.
struct Image {
  std::string name;
  int width = 0;
  int height = 0;
  bool backscatter = false;    ///< values are decibels of power; else the band's own numbers
  std::vector<double> values;  ///< row by row; no_value (sarinr/quality/rows.h) where the pixel has none
  NormalisedTile tile;         ///< (value - offset) / scale
  double offset = 0;           ///< mean of the values
  double scale = 1;            ///< four standard deviations, as `sarinr fit` takes them
};

/// The band `band` of a window. Throws an Error naming the image where it has fewer than 64 valid pixels, is constant,
/// complex or categorical.
Image image_of(const std::string& name, const RasterInfo& info, const RasterWindow& window, std::size_t band);

/// Simulated backscatter with speckle of 1, 4, 1, .. looks, the same on every machine.
std::vector<Image> simulated_images(int count, int size);

/// The same image finer by a whole factor: a kernel of GDAL's by its name (bilinear, cubic, cubicspline, lanczos),
/// values row by row with no_value where there are none, width, height, factor.
using Upsample = std::function<std::vector<double>(const std::string& kernel, const std::vector<double>& values,
                                                   int width, int height, int factor)>;

/// How much a study computes: a test of seconds, a benchmark of minutes, all of it.
enum class Size { smoke, quick, full };

struct Request {
  std::string name;           ///< one of studies()
  std::vector<Image> images;  ///< empty: simulated ones, where the study takes images
  std::string folder;         ///< of the outputs; made where it does not exist
  Size size = Size::full;
  int seeds = 0;                   ///< 0: as many as the study takes by itself
  EngineOptions engine = {"cpu"};  ///< of the cpu engine, cells run side by side, one a thread
  PngEncoder encode;
  Upsample upsample;       ///< empty: no comparison with GDAL's kernels
  bool overwrite = false;  ///< begin anew, where finished cells would be taken up
};

struct Outcome {
  std::string text;  ///< the tables in Markdown
  std::string json;  ///< what study.json holds
};

/// Computes all cells that FOLDER/cells.jsonl does not have yet, adding each when it is done, and writes
/// FOLDER/study.json, study.csv (a row a cell) and index.html. Results do not depend on threads. Throws an Error where
/// there is no such study, or the folder's cells are those of another study, version, engine or image of the same name.
Outcome run(const Request& request, JobListener& listener);

/// Names of all studies, and a sentence on each.
std::vector<std::pair<std::string, std::string>> studies();

}  // namespace sarinr::study
