#include "codec/tile_masks.h"

#include <algorithm>
#include <string>

#include "sarinr/base/error.h"
#include "sarinr/codec/mask.h"

namespace sarinr {

namespace {

/// How a band's class map is stored. The numbers are part of the file format.
enum class MapForm : std::uint8_t {
  all_valid = 0,
  uniform = 1,   ///< one class, in bits 2 to 4 of the form's byte
  repeated = 2,  ///< equals the guide
  coded = 3
};

bool is_uniform(const ClassMap& map) {
  return std::all_of(map.begin(), map.end(), [&](PixelClass c) { return c == map.front(); });
}

MapForm form_of(const ClassMap& map, const ClassMap* guide) {
  if (map.empty()) return MapForm::all_valid;
  if (is_uniform(map)) return map.front() == PixelClass::valid ? MapForm::all_valid : MapForm::uniform;
  return guide != nullptr && map == *guide ? MapForm::repeated : MapForm::coded;
}

bool class_exists(const BandModel& band, PixelClass pixel_class) {
  const bool detected = band.quantity == Quantity::amplitude || band.quantity == Quantity::power;
  switch (pixel_class) {
    case PixelClass::nodata:
      return band.nodata.has_value();
    case PixelClass::not_a_number:
      return !is_integer(band.type);
    case PixelClass::positive_infinity:
    case PixelClass::negative_infinity:
      return !is_integer(band.type) && band.quantity != Quantity::complex;
    case PixelClass::zero:
      return detected || band.quantity == Quantity::complex;
    case PixelClass::negative:
      return detected && lowest(band.type) < 0;
    case PixelClass::valid:
    case PixelClass::masked:
      return true;
  }
  return false;
}

/// The first class in the map that the band cannot have, as a sentence; empty where there is none.
std::string complaint(const ClassMap& map, const BandModel& band, std::size_t band_index) {
  bool present[pixel_class_count] = {};
  for (const PixelClass c : map) present[static_cast<std::size_t>(c)] = true;
  for (int c = 0; c < pixel_class_count; ++c) {
    if (present[c] && !class_exists(band, static_cast<PixelClass>(c))) {
      return "its mask gives pixels of band " + std::to_string(band_index + 1) + " class " + std::to_string(c) +
             ", which that band cannot have";
    }
  }
  return {};
}

void check_map(const ClassMap& map, const BandModel& band, std::size_t band_index, std::size_t pixels) {
  if (map.empty()) return;
  if (band.quantity == Quantity::categorical) throw Error("a categorical band has no mask", ErrorKind::internal);
  if (map.size() != pixels) throw Error("a mask of another size than its tile", ErrorKind::internal);
  const std::string problem = complaint(map, band, band_index);
  if (!problem.empty()) throw Error("a tile cannot be coded: " + problem, ErrorKind::internal);
}

}  // namespace

bool any_classes(const std::vector<ClassMap>& masks) {
  return std::any_of(masks.begin(), masks.end(),
                     [](const ClassMap& map) { return form_of(map, nullptr) != MapForm::all_valid; });
}

void write_masks(const std::vector<ClassMap>& masks, const std::vector<BandModel>& bands, const Extent& core,
                 ByteWriter& writer) {
  const ClassMap* guide = nullptr;
  BinaryEncoder encoder;
  bool any_coded = false;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const std::size_t pixels = static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height);
    check_map(masks[b], bands[b], b, pixels);
    if (bands[b].quantity == Quantity::categorical) continue;
    const MapForm form = form_of(masks[b], guide);
    const unsigned uniform = form == MapForm::uniform ? static_cast<unsigned>(masks[b].front()) : 0;
    writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(form) | uniform << 2));
    if (form == MapForm::coded) {
      encode_mask(masks[b], core.width, core.height, guide, encoder);
      any_coded = true;
    }
    if (form != MapForm::all_valid) guide = &masks[b];
  }
  if (!any_coded) return;
  const Bytes stream = encoder.finish();
  writer.varint(stream.size());
  writer.bytes(stream);
}

Result<std::vector<ClassMap>> read_masks(const std::vector<BandModel>& bands, const Extent& core, ByteReader& reader) {
  std::vector<MapForm> forms;
  std::vector<PixelClass> uniform;
  for (const BandModel& band : bands) {
    const bool has_map = band.quantity != Quantity::categorical;
    const unsigned byte = has_map ? reader.u8() : 0u;
    forms.push_back(static_cast<MapForm>(byte & 3));
    uniform.push_back(static_cast<PixelClass>((byte >> 2) & 7));
    const bool names_class = uniform.back() != PixelClass::valid;
    if (byte >> 5 || names_class != (forms.back() == MapForm::uniform)) return Failure{"a mask is of no known form"};
  }
  const bool any_coded = std::find(forms.begin(), forms.end(), MapForm::coded) != forms.end();
  const std::uint64_t size = any_coded ? reader.varint() : 0;
  if (reader.failed() || size > reader.left()) return Failure{"the masks end early"};
  BinaryDecoder decoder(reader.bytes(static_cast<std::size_t>(size)));

  std::vector<ClassMap> masks(bands.size());
  const ClassMap* guide = nullptr;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    if (forms[b] == MapForm::all_valid) continue;
    if (forms[b] == MapForm::repeated && guide == nullptr) return Failure{"a mask repeats one that does not exist"};
    if (forms[b] == MapForm::uniform) {
      masks[b].assign(static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height), uniform[b]);
    } else {
      masks[b] = forms[b] == MapForm::repeated ? *guide : decode_mask(core.width, core.height, guide, decoder);
    }
    guide = &masks[b];
    const std::string problem = complaint(masks[b], bands[b], b);
    if (!problem.empty()) return Failure{problem};
  }
  return masks;
}

}  // namespace sarinr
