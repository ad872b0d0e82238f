#pragma once

#include <string>
#include <vector>

#include "sarinr/study/study.h"

namespace sarinr::study {

/// The image without the columns and rows beyond the last whole multiple of `multiple`.
Image trimmed(const Image& image, int multiple);

/// The image as a sensor of `factor` times coarser pixels would give it: the mean over the valid pixels of each
/// factor x factor block, of power where the image is backscatter, in decibels again; else of the values. Blocks
/// without a valid pixel have no value. Sides must be multiples of `factor`.
Image decimated(const Image& image, int factor);

/// The same image `factor` times finer by one of GDAL's kernels.
std::vector<float> upsampled(const Image& image, int factor, const Upsample& upsample, const std::string& kernel,
                             bool in_power);

/// Mean over the image's valid pixels of values - image.
double mean_error(const Image& image, const std::vector<float>& values);

}  // namespace sarinr::study
