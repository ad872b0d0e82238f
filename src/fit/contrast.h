#pragma once

#include <vector>

namespace sarinr {

/// The derivatives, pixel by pixel, of factor * G by an image [row][column] of one channel. G is the mean over interior
/// pixels of sqrt(Gx^2 + Gy^2 + 1e-12), Gx and Gy the unnormalised 3x3 Sobel responses (Han and Zhang 2024;
/// docs/metrics.md). An image under 3 pixels wide or high has no interior and gives zeros.
std::vector<float> contrast_slopes(const std::vector<float>& image, int width, int height, double factor);

}  // namespace sarinr
