#include "quantity_detection.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "band_statistics.h"
#include "sarinr/base/error.h"

namespace sarinr::geo {

namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char letter : text) {
    const auto c = static_cast<unsigned char>(letter);
    if (std::isalnum(c)) {
      words.back() += static_cast<char>(std::tolower(c));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

struct Vocabulary {
  Quantity quantity;
  std::vector<std::string_view> words;
};

/// Tried in this order: "coherence_amplitude" is a coherence, "power_db" decibels.
const std::vector<Vocabulary>& vocabularies() {
  static const std::vector<Vocabulary> all{
      {Quantity::categorical, {"mask", "layover", "shadow", "class", "classes", "classification"}},
      {Quantity::other,
       {"coherence", "cohe", "coh", "angle", "incidence", "theta", "elevation", "dem", "phase", "height"}},
      {Quantity::decibel, {"db", "decibel", "decibels"}},
      {Quantity::amplitude, {"amplitude", "amp", "dn", "magnitude"}},
      {Quantity::power, {"power", "intensity", "linear"}}};
  return all;
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// Whether a metadata key tells what the values are. Others (INCIDENCE_ANGLE=34, DEM_NAME=SRTM) tell of the scene.
bool tells_content(const std::string& key, bool of_band) {
  const auto words = words_of(key);
  if (words.empty()) return false;
  const std::string& last = words.back();
  return one_of(last, {"unit", "units", "unittype", "quantity", "scale", "scaling", "radiometry", "representation"}) ||
         (of_band && one_of(last, {"name", "varname", "description", "layer", "content", "calibration", "type"}));
}

std::optional<QuantityChoice> quantity_of_metadata(GDALMajorObject& object, const std::string& owner, bool of_band) {
  for (CSLConstList line = object.GetMetadata(); line != nullptr && *line != nullptr; ++line) {
    const std::string text = *line;
    const std::string key = text.substr(0, text.find('='));
    if (!tells_content(key, of_band)) continue;
    if (auto choice = quantity_of_words(text.substr(std::min(text.size(), key.size() + 1)))) {
      choice->reason.insert(0, " say ").insert(0, key).insert(0, " metadata ").insert(0, owner);
      return choice;
    }
  }
  return std::nullopt;
}

/// The last part of a path or subdataset name, without a file's extension.
std::string last_part(const std::string& path) {
  std::string part = path.substr(path.find_last_of("/\\") + 1);
  const auto dot = part.rfind('.');
  if (dot != std::string::npos && part.find(':', dot) == std::string::npos) part.resize(dot);
  return part;
}

std::optional<QuantityChoice> quantity_of_texts(GDALDataset& dataset, GDALRasterBand& band, const std::string& path) {
  if (auto choice = quantity_of_words(band.GetDescription())) {
    choice->reason = "the band's description says " + choice->reason;
    return choice;
  }
  const char* unit = band.GetUnitType();
  if (auto choice = quantity_of_words(unit == nullptr ? "" : unit)) {
    choice->reason = "the band's unit is " + choice->reason;
    return choice;
  }
  if (auto choice = quantity_of_metadata(band, "the band's", true)) return choice;
  if (auto choice = quantity_of_metadata(dataset, "the raster's", false)) return choice;
  if (auto choice = quantity_of_words(last_part(path))) {
    choice->reason = "the file's name says " + choice->reason;
    return choice;
  }
  return std::nullopt;
}

bool is_unsigned(GDALDataType type) { return GDALDataTypeIsInteger(type) && !GDALDataTypeIsSigned(type); }

constexpr std::string_view otherwise = "; give --quantity to say otherwise";

QuantityChoice quantity_of_values(GDALRasterBand& band, std::optional<double> nodata, const Extent& window) {
  const GDALDataType type = band.GetRasterDataType();
  if (is_unsigned(type)) {
    return {Quantity::amplitude, std::string("assumed amplitude (DN), for the type is ") + GDALGetDataTypeName(type) +
                                     std::string(otherwise)};
  }
  const BandStatistics values = sample_statistics(band, nodata, window);
  const std::string tail(otherwise);
  if (values.count == 0) return {Quantity::power, "assumed power, for no valid sample was found" + tail};
  if (values.negative_share >= 0.05) {
    if (values.low >= -3.1416 && values.high <= 3.1416) {
      return {Quantity::other, "assumed other, for values of both signs lie within -pi to pi" + tail};
    }
    if (values.low >= -100 && values.high <= 60) {
      return {Quantity::decibel, "assumed db, for many values are negative and all lie within -100 to 60" + tail};
    }
    return {Quantity::other, "assumed other, for many values are negative and exceed -100 to 60" + tail};
  }
  if (GDALDataTypeIsInteger(type)) {
    return {Quantity::amplitude, "assumed amplitude (DN), for the values are whole and not negative" + tail};
  }
  if (values.high_quantile < 30) {
    return {Quantity::power, "assumed power, for 99.9 % of the values are below 30" + tail};
  }
  return {Quantity::amplitude, "assumed amplitude, for values are above 30" + tail};
}

std::string band_label(GDALRasterBand& band) {
  const std::string number = std::to_string(band.GetBand());
  const std::string description = band.GetDescription();
  return description.empty() ? number : number + " (" + description + ")";
}

/// Which of the selected bands a name means.
std::size_t find_band(const std::string& name, const std::vector<int>& bands, GDALDataset& dataset) {
  const auto matches = [&](int number, bool any_case) {
    const char* description = dataset.GetRasterBand(number)->GetDescription();
    return name == std::to_string(number) || (any_case ? EQUAL(name.c_str(), description) : name == description);
  };
  for (const bool any_case : {false, true}) {
    for (std::size_t i = 0; i < bands.size(); ++i) {
      if (matches(bands[i], any_case)) return i;
    }
  }
  std::string names;
  for (const int band : bands) names += (names.empty() ? "" : ", ") + band_label(*dataset.GetRasterBand(band));
  throw Error("--quantity names the band " + name + ", which is not there: the bands are " + names);
}

/// A complex band has two numbers a pixel, which no other quantity but an exact copy can hold.
void check_quantity(Quantity quantity, GDALRasterBand& band) {
  const bool complex = GDALDataTypeIsComplex(band.GetRasterDataType());
  if (complex == (quantity == Quantity::complex) || quantity == Quantity::categorical) return;
  throw Error("band " + band_label(band) + " has pixels of type " + GDALGetDataTypeName(band.GetRasterDataType()) +
              ": its quantity cannot be " + std::string(name(quantity)));
}

}  // namespace

std::optional<QuantityChoice> quantity_of_words(const std::string& text) {
  const auto words = words_of(text);
  for (const Vocabulary& vocabulary : vocabularies()) {
    for (const std::string& word : words) {
      if (std::find(vocabulary.words.begin(), vocabulary.words.end(), word) != vocabulary.words.end()) {
        return QuantityChoice{vocabulary.quantity, "\"" + word + "\""};
      }
    }
  }
  return std::nullopt;
}

QuantityChoice detect_quantity(GDALDataset& dataset, GDALRasterBand& band, const std::string& path,
                               std::optional<double> nodata, const Extent& window) {
  if (GDALDataTypeIsComplex(band.GetRasterDataType())) return {Quantity::complex, "the type is complex"};
  if (band.GetColorInterpretation() == GCI_AlphaBand) return {Quantity::categorical, "it is an alpha band"};
  if (band.GetColorTable() != nullptr) return {Quantity::categorical, "it has a colour table"};
  if (band.GetCategoryNames() != nullptr) return {Quantity::categorical, "it has category names"};
  auto choice = quantity_of_texts(dataset, band, path);
  if (!choice) return quantity_of_values(band, nodata, window);
  if (choice->quantity == Quantity::decibel && is_unsigned(band.GetRasterDataType())) {
    // Decibels stretched to 0..255 are no decibels any more: averaging their power would be wrong.
    return {Quantity::other,
            choice->reason + ", but the type is unsigned: assumed scaled decibels" + std::string(otherwise)};
  }
  return *choice;
}

std::vector<std::optional<Quantity>> requested_quantities(const std::vector<std::string>& requests,
                                                          const std::vector<int>& bands, GDALDataset& dataset) {
  std::vector<std::optional<Quantity>> quantities(bands.size());
  for (const std::string& request : requests) {
    const auto equals = request.rfind('=');
    const std::string word = equals == std::string::npos ? request : request.substr(equals + 1);
    const auto quantity = quantity_from_name(word);
    if (!quantity) throw Error("the quantity " + word + " is not known: give one of " + quantity_names());
    if (equals == std::string::npos) {
      std::fill(quantities.begin(), quantities.end(), quantity);
    } else {
      quantities[find_band(request.substr(0, equals), bands, dataset)] = quantity;
    }
  }
  for (std::size_t i = 0; i < bands.size(); ++i) {
    if (quantities[i]) check_quantity(*quantities[i], *dataset.GetRasterBand(bands[i]));
  }
  return quantities;
}

}  // namespace sarinr::geo
