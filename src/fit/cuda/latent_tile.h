#pragma once

#include <memory>

#include "fit/cuda/device.h"
#include "fit/tile_training.h"

namespace sarinr::fused {

/// A tile's grids on a device, trained there: latents, moments and gradients never leave it between steps. With
/// networks that stay as they are nothing waits for the device before the grids are asked for. Throws an Error where
/// its memory does not hold them.
std::unique_ptr<TileTraining> train_on(Device& device, const LatentShape& shape, LatentTarget target);

/// Fits latent fields on one GPU.
std::unique_ptr<LatentEngine> make_latent_engine_on(const OpenDevice& gpu);

}  // namespace sarinr::fused
