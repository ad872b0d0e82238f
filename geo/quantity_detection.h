#pragma once

#include <gdal_priv.h>

#include <optional>
#include <string>
#include <vector>

#include "sarinr/radiometry/quantity.h"
#include "sarinr/tiling/grid.h"

namespace sarinr::geo {

/// A quantity and why it was chosen, for the user.
struct QuantityChoice {
  Quantity quantity;
  std::string reason;
};

/// What the numbers of a band are, from its type, its words, its file's name and, failing those, its values in a few
/// windows within `window`, where samples that are `nodata` do not count.
QuantityChoice detect_quantity(GDALDataset& dataset, GDALRasterBand& band, const std::string& path,
                               std::optional<double> nodata, const Extent& window);

/// The quantity that a text means by its words ("Sigma0_VV_db" is decibel); nothing where no word tells.
std::optional<QuantityChoice> quantity_of_words(const std::string& text);

/// The quantities asked for ("amplitude", "VV=amplitude", "2=other"), one per selected band; later ones win. Throws an
/// Error that lists the legal quantities, or the names of the bands, where one is not known.
std::vector<std::optional<Quantity>> requested_quantities(const std::vector<std::string>& requests,
                                                          const std::vector<int>& bands, GDALDataset& dataset);

}  // namespace sarinr::geo
