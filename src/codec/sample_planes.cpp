#include "codec/sample_planes.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "codec/exact_samples.h"
#include "codec/sample_quantiser.h"
#include "sarinr/codec/plane.h"
#include "sarinr/radiometry/raw_samples.h"

namespace sarinr {

namespace {

using Form = SampleQuantiser::Form;
using ClassMap = std::vector<PixelClass>;

std::size_t pixel_count(const Extent& core) {
  return static_cast<std::size_t>(core.width) * static_cast<std::size_t>(core.height);
}

PixelClass class_of(const ClassMap& mask, std::size_t pixel) { return mask.empty() ? PixelClass::valid : mask[pixel]; }

bool is_magnitude(const BandModel& band) {
  return band.quantity == Quantity::amplitude || band.quantity == Quantity::power;
}

/// A component as the quantiser sees it.
double number_of(const BandModel& band, Sample sample, int component) {
  if (component == 1) return sample.im;
  return is_magnitude(band) ? std::abs(sample.re) : sample.re;
}

/// The sample of the source type that indices stand for.
Sample stored_sample(const BandModel& band, PixelClass pixel_class, const SampleQuantiser& quantiser,
                     const std::int64_t* indices) {
  Sample sample;
  if (has_value(pixel_class)) {
    sample.re = quantiser.value(indices[0]);
    if (band.channels() == 2) sample.im = quantiser.value(indices[1]);
    if (pixel_class == PixelClass::negative) sample.re = -sample.re;
  }
  return to_source_type(band, pixel_class, sample);
}

IndexPlane empty_plane(const BandModel& band, const ClassMap& mask, const Extent& core, Form form) {
  IndexPlane plane{core.width, core.height, {}, {}, false};
  plane.logarithmic = is_magnitude(band) && form == Form::uniform;
  if (mask.empty()) return plane;
  plane.coded.reserve(mask.size());
  for (const PixelClass pixel_class : mask) plane.coded.push_back(has_value(pixel_class) ? 1 : 0);
  return plane;
}

/// The planes of a band; none where the quantiser does not keep the bound.
std::vector<IndexPlane> quantised(const Bytes& raw, const ClassMap& mask, const BandModel& band, const Extent& core,
                                  const SampleBound& bound, const SampleQuantiser& quantiser) {
  constexpr std::int64_t most_span = std::int64_t{1} << 32;
  std::vector<IndexPlane> planes(static_cast<std::size_t>(band.channels()),
                                 empty_plane(band, mask, core, quantiser.form()));
  for (IndexPlane& plane : planes) plane.indices.assign(pixel_count(core), 0);
  std::optional<std::int64_t> low;
  std::optional<std::int64_t> high;
  for (std::size_t i = 0; i < pixel_count(core); ++i) {
    const PixelClass pixel_class = class_of(mask, i);
    if (!has_value(pixel_class)) continue;
    const Sample source = decode_sample(band.type, raw.data() + i * bytes_per_pixel(band.type));
    std::int64_t indices[2] = {0, 0};
    for (std::size_t k = 0; k < planes.size(); ++k) {
      const double number = number_of(band, source, static_cast<int>(k));
      if (!quantiser.reaches(number)) return {};
      indices[k] = planes[k].indices[i] = quantiser.index(number);
      low = std::min(low.value_or(indices[k]), indices[k]);
      high = std::max(high.value_or(indices[k]), indices[k]);
    }
    if (*high - *low >= most_span) return {};
    if (!within(band, bound, source, stored_sample(band, pixel_class, quantiser, indices))) return {};
  }
  return planes;
}

/// How often each whole number up to 65535 occurs; empty for types that go beyond.
std::vector<double> histogram_of(const Bytes& raw, const ClassMap& mask, const BandModel& band) {
  constexpr double most = 65535;
  if (highest(band.type) > most) return {};
  std::vector<double> histogram(65536, 0);
  for (std::size_t i = 0; i < raw.size() / bytes_per_pixel(band.type); ++i) {
    if (!has_value(class_of(mask, i))) continue;
    const Sample sample = decode_sample(band.type, raw.data() + i * bytes_per_pixel(band.type));
    ++histogram[static_cast<std::size_t>(std::abs(sample.re))];
  }
  return histogram;
}

/// Bits that the interval of each number takes where nothing else is known, but for a constant.
double cost(const std::vector<double>& histogram, const SampleQuantiser& quantiser) {
  double bits = 0;
  for (double begin = 1; begin < static_cast<double>(histogram.size());) {
    const double end = std::min(quantiser.end_of(begin), static_cast<double>(histogram.size()));
    double count = 0;
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) count += histogram[i];
    if (count > 0) bits -= count * std::log2(count);
    begin = end;
  }
  return bits;
}

/// Intervals of whole numbers, laid so that few pixels of low contrast are cut apart.
SampleQuantiser laid_best(const SampleQuantiser& quantiser, const Bytes& raw, const ClassMap& mask,
                          const BandModel& band) {
  const std::vector<double> histogram = histogram_of(raw, mask, band);
  if (histogram.empty()) return quantiser;
  double all = 0;
  for (const double count : histogram) all += count;
  std::size_t median = 1;
  for (double below = histogram[1]; below < all / 2 && median + 1 < histogram.size();) below += histogram[++median];
  SampleQuantiser best = quantiser;
  double least = cost(histogram, best);
  constexpr std::uint32_t most_trials = 32;
  const auto middle = static_cast<std::uint32_t>(median);
  const auto width = static_cast<std::uint32_t>(quantiser.end_of(static_cast<double>(median))) - middle;
  const std::uint32_t step = std::max(1u, 2 * width / most_trials);
  for (std::uint32_t start = middle > width + 2 ? middle - width : 2; start < middle + width; start += step) {
    const SampleQuantiser laid(Form::intervals, quantiser.parameter(), highest(band.type), start);
    const double bits = cost(histogram, laid);
    if (bits >= least) continue;
    least = bits;
    best = laid;
  }
  return best;
}

struct BandPlan {
  Form form = Form::frame;
  double parameter = 0;
  std::uint32_t start = 0;
  std::vector<IndexPlane> planes;
};

/// The first quantiser that keeps the bound. Bits of floats must pay against a frame.
BandPlan plan_band(const Bytes& raw, const ClassMap& mask, const BandModel& band, const Extent& core,
                   const SampleBound& bound) {
  for (const SampleQuantiser& candidate : candidate_quantisers(band, bound)) {
    const bool intervals = candidate.form() == Form::intervals;
    const SampleQuantiser quantiser = intervals ? laid_best(candidate, raw, mask, band) : candidate;
    std::vector<IndexPlane> planes = quantised(raw, mask, band, core, bound, quantiser);
    if (planes.empty()) continue;
    if (quantiser.form() == Form::bits &&
        encode_planes(planes).size() > compress_samples(raw, bytes_per_pixel(band.type)).size()) {
      break;
    }
    return {quantiser.form(), quantiser.parameter(), quantiser.start(), std::move(planes)};
  }
  return {};
}

Bytes dequantised(const std::vector<IndexPlane>& planes, std::size_t first, const ClassMap& mask, const BandModel& band,
                  const Extent& core, const SampleQuantiser& quantiser) {
  ByteWriter writer;
  for (std::size_t i = 0; i < pixel_count(core); ++i) {
    std::int64_t indices[2] = {0, 0};
    for (int k = 0; k < band.channels(); ++k) indices[k] = planes[first + static_cast<std::size_t>(k)].indices[i];
    encode_sample(band.type, stored_sample(band, class_of(mask, i), quantiser, indices), writer);
  }
  return writer.take();
}

}  // namespace

void write_samples(const std::vector<Bytes>& samples, const std::vector<ClassMap>& masks,
                   const std::vector<BandModel>& bands, const Extent& core, const SampleBound& bound,
                   ByteWriter& writer) {
  std::vector<IndexPlane> planes;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    BandPlan plan;
    if (bands[b].channels() > 0) plan = plan_band(samples[b], masks[b], bands[b], core, bound);
    writer.u8(static_cast<std::uint8_t>(plan.form));
    if (plan.form == Form::frame) {
      const Bytes frame = compress_samples(samples[b], bytes_per_pixel(bands[b].type));
      writer.varint(frame.size());
      writer.bytes(frame);
      continue;
    }
    if (plan.form != Form::bits) writer.f64(plan.parameter);
    if (plan.form == Form::intervals) writer.varint(plan.start);
    std::move(plan.planes.begin(), plan.planes.end(), std::back_inserter(planes));
  }
  if (!planes.empty()) writer.bytes(encode_planes(planes));
}

Result<std::vector<Bytes>> read_samples(const std::vector<ClassMap>& masks, const std::vector<BandModel>& bands,
                                        const Extent& core, ByteReader& reader) {
  std::vector<Bytes> samples(bands.size());
  std::vector<IndexPlane> planes;
  std::vector<Form> forms;
  std::vector<double> parameters;
  std::vector<std::uint32_t> starts;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const unsigned number = reader.u8();
    if (reader.failed() || number > static_cast<unsigned>(Form::bits)) {
      return Failure{"its samples are of no known form"};
    }
    forms.push_back(static_cast<Form>(number));
    parameters.push_back(0);
    starts.push_back(0);
    if (forms[b] == Form::frame) {
      const std::uint64_t size = reader.varint();
      if (reader.failed() || size > reader.left()) return Failure{"the exact samples end early"};
      Result<Bytes> raw = decompress_samples(reader.bytes(static_cast<std::size_t>(size)), pixel_count(core),
                                             bytes_per_pixel(bands[b].type));
      if (!raw) return raw.failure();
      samples[b] = std::move(*raw);
      continue;
    }
    if (forms[b] != Form::bits) parameters[b] = reader.f64();
    const std::uint64_t start = forms[b] == Form::intervals ? reader.varint() : 0;
    if (start > 65535) return Failure{"its samples have an impossible quantiser"};
    starts[b] = static_cast<std::uint32_t>(start);
    if (reader.failed() || bands[b].channels() == 0 || !SampleQuantiser::parameter_fits(forms[b], parameters[b])) {
      return Failure{"its samples have an impossible quantiser"};
    }
    planes.insert(planes.end(), static_cast<std::size_t>(bands[b].channels()),
                  empty_plane(bands[b], masks[b], core, forms[b]));
  }
  const Result<bool> decoded = decode_planes(reader.bytes(reader.left()), planes);
  if (!decoded) return decoded.failure();
  std::size_t first = 0;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    if (forms[b] == Form::frame) continue;
    const SampleQuantiser quantiser(forms[b], parameters[b], highest(bands[b].type), starts[b]);
    samples[b] = dequantised(planes, first, masks[b], bands[b], core, quantiser);
    first += static_cast<std::size_t>(bands[b].channels());
  }
  return samples;
}

}  // namespace sarinr
