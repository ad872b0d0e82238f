#include "sarinr/scene/report.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "sarinr/base/error.h"
#include "sarinr/quality/band_assessment.h"
#include "scene/pair_strip.h"

namespace sarinr {

namespace {

/// Bytes that one pixel of one band takes while a strip is worked on: samples and values of both rasters.
constexpr std::size_t bytes_per_sample = 2 * (sizeof(Sample) + 3 * sizeof(double) + sizeof(std::complex<double>));
constexpr int most_strip_rows = 256;

std::string size_of(const RasterInfo& info) {
  return std::to_string(info.width) + "x" + std::to_string(info.height) + " pixels in " +
         std::to_string(info.bands.size()) + (info.bands.size() == 1 ? " band" : " bands");
}

std::vector<int> borders(const TileAxis& axis) {
  std::vector<int> out;
  for (int i = 0; i <= axis.count(); ++i) out.push_back(axis.border(i));
  return out;
}

/// Of all bands together; figures in units that the bands do not share are left out.
Figures whole_figures(const std::vector<BandReport>& bands) {
  std::vector<const Figures*> parts;
  std::set<std::string> domains;
  std::set<std::string> linear;
  for (const BandReport& band : bands) {
    parts.push_back(&band.figures);
    if (band.model.quantity == Quantity::categorical) continue;
    domains.insert(domain_name(band.model.quantity));
    linear.insert(linear_name(band.model.quantity));
  }
  const Figures means = mean_figures(parts);
  Figures whole;
  for (const Figures::Entry& entry : means.entries()) {
    const bool shared = (entry.info->unit != FigureUnit::domain || domains.size() == 1) &&
                        (entry.info->unit != FigureUnit::linear || linear.size() == 1);
    if (shared) whole.set(entry.info->name, entry.value);
  }
  return whole;
}

/// Of a band whose values are compared one by one and no more.
struct CategoricalBand {
  std::uint64_t equal = 0;
  std::uint64_t pixels = 0;
  void add(const std::vector<Sample>& reference, const std::vector<Sample>& test) {
    for (std::size_t i = 0; i < reference.size(); ++i) {
      const bool both_nan = std::isnan(reference[i].re) && std::isnan(test[i].re);
      equal += reference[i].re == test[i].re || both_nan ? 1 : 0;
    }
    pixels += reference.size();
  }
};

class Comparison {
 public:
  Comparison(RasterSource& reference, RasterSource& test, const ReportJob& job, JobListener& listener)
      : reference_(reference),
        test_(test),
        job_(job),
        listener_(listener),
        info_(reference.info()),
        grid_(job.tiles.value_or(TileGrid(info_.width, info_.height, 256, 0))) {
    const std::size_t row_bytes = bytes_per_sample * static_cast<std::size_t>(info_.width) * info_.bands.size();
    strip_rows_ = static_cast<int>(std::clamp<std::size_t>(job.memory / row_bytes, 1, most_strip_rows));
  }

  Report run() {
    measure_range();
    measure_pair();
    return report();
  }

 private:
  template <class Work>
  void for_each_strip(double first_share, double last_share, const Work& work) {
    for (int y = 0; y < info_.height; y += strip_rows_) {
      const Extent strip{0, y, info_.width, std::min(strip_rows_, info_.height - y)};
      work(strip);
      const double done = first_share * info_.height + (last_share - first_share) * (y + strip.height);
      if (!listener_.progress(done, info_.height, std::nullopt)) {
        throw Error("interrupted", ErrorKind::interrupted);
      }
    }
  }

  void measure_range() {
    ranges_ = std::vector<ReferenceRange>(info_.bands.size());
    for_each_strip(0, 0.25, [&](const Extent& strip) {
      const RasterWindow window = reference_.read(strip);
      oneapi::tbb::parallel_for(std::size_t{0}, info_.bands.size(), [&](std::size_t b) {
        const BandModel& model = info_.bands[b];
        if (model.quantity == Quantity::categorical) return;
        for (std::size_t i = 0; i < window.samples[b].size(); ++i) {
          if (!has_value(class_in(window, b, i, model))) continue;
          const SampleValues values = values_of(model, window.samples[b][i]);
          ranges_[b].values.add(values.domain);
          ranges_[b].add_linear(values.linear);
        }
      });
    });
  }

  void prepare_bands() {
    const AssessmentOptions options{.width = info_.width,
                                    .height = info_.height,
                                    .window_size = job_.window_size,
                                    .column_borders = borders(grid_.columns()),
                                    .row_borders = borders(grid_.rows())};
    categorical_.resize(info_.bands.size());
    for (std::size_t b = 0; b < info_.bands.size(); ++b) {
      BandModel test_model = test_.info().bands[b];
      test_model.quantity = info_.bands[b].quantity;
      strips_.emplace_back(info_.bands[b], test_model);
      assessments_.emplace_back();
      if (info_.bands[b].quantity == Quantity::categorical) continue;
      assessments_.back().emplace(info_.bands[b], ranges_[b], options);
      for (std::size_t part = 0; part < assessments_.back()->parts(); ++part) parts_.emplace_back(b, part);
    }
  }

  void measure_pair() {
    prepare_bands();
    for_each_strip(0.25, 1, [&](const Extent& strip) {
      const RasterWindow reference = reference_.read(strip);
      const auto start = std::chrono::steady_clock::now();
      const RasterWindow test = test_.read(strip);
      decode_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      oneapi::tbb::parallel_for(std::size_t{0}, info_.bands.size(), [&](std::size_t b) {
        if (assessments_[b]) {
          strips_[b].fill(reference, test, b);
        } else {
          categorical_[b].add(reference.samples[b], test.samples[b]);
        }
      });
      oneapi::tbb::parallel_for(std::size_t{0}, parts_.size(), [&](std::size_t i) {
        const auto [b, part] = parts_[i];
        for (int row = 0; row < strip.height; ++row) assessments_[b]->add(part, strips_[b].row(row));
      });
    });
  }

  BandReport band_report(std::size_t b) const {
    BandReport band;
    if (!assessments_[b]) {
      band.model = info_.bands[b];
      const CategoricalBand& found = categorical_[b];
      band.figures.set("agreement", static_cast<double>(found.equal) / static_cast<double>(found.pixels));
    } else {
      band = assessments_[b]->result();
      const Disagreement& found = strips_[b].disagreement();
      const double alone = static_cast<double>(found.reference_only + found.test_only);
      band.figures.set("pixels_reference_only", static_cast<double>(found.reference_only));
      band.figures.set("pixels_test_only", static_cast<double>(found.test_only));
      band.figures.set("mask_disagreement", alone / (static_cast<double>(info_.width) * info_.height));
      band.figures.set("sign_disagreement", static_cast<double>(found.sign));
    }
    band.name = info_.band_names.size() > b ? info_.band_names[b] : "band " + std::to_string(b + 1);
    for (TileErrors& tile : band.tiles) {
      if (job_.tile_bytes.empty()) break;
      const double pixels = static_cast<double>(tile.extent.width) * tile.extent.height;
      const auto bytes = static_cast<double>(job_.tile_bytes.at(static_cast<std::size_t>(tile.tile)));
      tile.figures.set("bits_per_pixel", 8 * bytes / pixels);
    }
    return band;
  }

  void put_file_figures(Figures& figures) const {
    const double pixels = static_cast<double>(info_.width) * info_.height;
    double bare = 0;
    for (const BandModel& band : info_.bands) bare += pixels * static_cast<double>(bytes_per_pixel(band.type));
    if (job_.test.bytes) {
      const auto bytes = static_cast<double>(*job_.test.bytes);
      figures.set("bits_per_pixel", 8 * bytes / pixels);
      figures.set("file_bytes", bytes);
      figures.set("compression_ratio", bare / bytes);
    }
    if (job_.reference.bytes) figures.set("reference_bytes", static_cast<double>(*job_.reference.bytes));
    figures.set("decode_seconds", decode_seconds_);
  }

  Report report() const {
    Report out;
    out.reference = job_.reference;
    out.test = job_.test;
    out.width = info_.width;
    out.height = info_.height;
    out.provenance = job_.provenance;
    out.metadata = info_.metadata;
    put_file_figures(out.file);
    for (std::size_t b = 0; b < info_.bands.size(); ++b) out.bands.push_back(band_report(b));
    out.whole = whole_figures(out.bands);
    return out;
  }

  RasterSource& reference_;
  RasterSource& test_;
  const ReportJob& job_;
  JobListener& listener_;
  const RasterInfo& info_;
  TileGrid grid_;
  int strip_rows_ = 1;
  std::vector<ReferenceRange> ranges_;
  std::vector<PairStrip> strips_;
  std::vector<std::optional<BandAssessment>> assessments_;
  std::vector<CategoricalBand> categorical_;
  std::vector<std::pair<std::size_t, std::size_t>> parts_;  ///< band and part of its assessment
  double decode_seconds_ = 0;
};

}  // namespace

void check_pair(const RasterInfo& reference, const RasterInfo& test, const ReportJob& job) {
  const bool same =
      reference.width == test.width && reference.height == test.height && reference.bands.size() == test.bands.size();
  if (!same) {
    throw Error(job.test.path + " has " + size_of(test) + ", but " + job.reference.path + " has " + size_of(reference) +
                ": a report needs two rasters of one grid");
  }
  for (std::size_t b = 0; b < reference.bands.size(); ++b) {
    if ((reference.bands[b].quantity == Quantity::complex) == is_complex(test.bands[b].type)) continue;
    const bool complex_reference = reference.bands[b].quantity == Quantity::complex;
    throw Error("band " + std::to_string(b + 1) + " of " + (complex_reference ? job.reference.path : job.test.path) +
                " is complex and that of " + (complex_reference ? job.test.path : job.reference.path) + " is not");
  }
}

Report compare_rasters(RasterSource& reference, RasterSource& test, const ReportJob& job, JobListener& listener) {
  check_pair(reference.info(), test.info(), job);
  return Comparison(reference, test, job, listener).run();
}

}  // namespace sarinr
