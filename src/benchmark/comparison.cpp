#include "sarinr/benchmark/comparison.h"

#include <algorithm>
#include <map>
#include <set>

#include "sarinr/base/error.h"

namespace sarinr::benchmark {

namespace {

double bits_per_pixel(const Coding& coding, const CodingImage& image) {
  return 8 * static_cast<double>(coding.bytes + range_bytes) / static_cast<double>(image.pixels());
}

CodecRow row_of(const CodingImage& image, const Codec& codec, const Coding& coding) {
  const auto pixels = static_cast<double>(image.pixels());
  CodecRow row;
  row.image = image.name;
  row.codec = codec.name();
  row.bytes = coding.bytes;
  row.bits_per_pixel = bits_per_pixel(coding, image);
  row.score = score(image, coding.values);
  row.encode_rate = pixels / std::max(coding.encode_seconds, 1e-9);
  row.decode_rate = pixels / std::max(coding.decode_seconds, 1e-9);
  row.encode_memory = coding.encode_memory;
  row.decode_memory = coding.decode_memory;
  return row;
}

/// The rows of one codec; targets that share the nearest parameter give one row, the first.
std::vector<CodecRow> code_at_rates(const CodingImage& image, const Codec& codec, const RateRequest& rates,
                                    const std::function<void()>& between) {
  std::map<double, Coding> codings;
  const QualityParameter parameter = codec.parameter(image);
  const std::vector<double> chosen = search_rates(parameter, rates, [&](double value) {
    between();
    const Coding& coding = codings[value] = codec.code(image, value);
    return bits_per_pixel(coding, image);
  });
  std::vector<CodecRow> rows;
  std::set<double> used;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!used.insert(chosen[i]).second) continue;
    rows.push_back(row_of(image, codec, codings.at(chosen[i])));
    rows.back().target = rates.bits_per_pixel[i];
    rows.back().parameter = chosen[i];
  }
  return rows;
}

std::vector<RatePoint> curve(const Comparison& comparison, const std::string& image, const std::string& codec) {
  std::vector<RatePoint> points;
  for (const CodecRow& row : comparison.rows) {
    if (row.image == image && row.codec == codec && row.score.psnr) {
      points.push_back({row.bits_per_pixel, *row.score.psnr});
    }
  }
  return points;
}

void add_differences(Comparison& comparison, const std::string& image, const std::vector<std::string>& anchors) {
  for (const ComparedCodec& codec : comparison.codecs) {
    for (const std::string& anchor : anchors) {
      if (codec.name == anchor) continue;
      const auto difference = bd_rate(curve(comparison, image, anchor), curve(comparison, image, codec.name));
      if (difference) comparison.differences.push_back({image, codec.name, anchor, *difference});
    }
  }
}

std::vector<const Codec*> installed(const ComparisonJob& job, Comparison& comparison, JobListener& listener) {
  std::vector<const Codec*> present;
  for (const Codec* codec : job.codecs) {
    if (const std::string missing = codec->missing(); !missing.empty()) {
      comparison.left_out.push_back(codec->name() + " is left out: " + missing);
      listener.warning(comparison.left_out.back());
      continue;
    }
    present.push_back(codec);
  }
  return present;
}

}  // namespace

Comparison compare_codecs(const ComparisonJob& job, JobListener& listener) {
  Comparison comparison;
  comparison.domain = job.domain;
  comparison.threads = job.threads;
  comparison.rates = job.rates;
  const std::vector<const Codec*> codecs = installed(job, comparison, listener);
  const auto total = static_cast<double>(job.images.size() * codecs.size());
  double done = 0;
  const auto go_on = [&] {
    if (!listener.progress(done, total, std::nullopt)) throw Error("interrupted", ErrorKind::interrupted);
  };
  for (const auto& read : job.images) {
    const CodingImage image = read();
    const auto valid = static_cast<std::size_t>(std::count(image.valid.begin(), image.valid.end(), 1));
    comparison.images.push_back({image.name, image.width, image.height, valid});
    for (const Codec* codec : codecs) {
      if (comparison.images.size() == 1) {
        comparison.codecs.push_back({codec->name(), codec->description(), codec->parameter(image).name});
      }
      try {
        const std::vector<CodecRow> rows = code_at_rates(image, *codec, job.rates, go_on);
        comparison.rows.insert(comparison.rows.end(), rows.begin(), rows.end());
      } catch (const Error& error) {
        // A program that Ctrl-C reached too has failed as well: the user's wish comes first.
        go_on();
        if (error.kind() != ErrorKind::request) throw;
        comparison.left_out.push_back(codec->name() + " is left out of " + image.name + ": " + error.what());
        listener.warning(comparison.left_out.back());
      }
      ++done;
      go_on();
    }
    add_differences(comparison, image.name, job.anchors);
  }
  return comparison;
}

std::vector<MeanDifference> mean_differences(const Comparison& comparison) {
  std::vector<MeanDifference> means;
  for (const ComparedCodec& codec : comparison.codecs) {
    for (const CodecDifference& one : comparison.differences) {
      if (one.codec != codec.name) continue;
      const auto same = [&](const MeanDifference& m) { return m.codec == one.codec && m.anchor == one.anchor; };
      auto mean = std::find_if(means.begin(), means.end(), same);
      if (mean == means.end()) mean = means.insert(means.end(), {one.codec, one.anchor, 0, 0});
      mean->percent += one.difference.percent;
      ++mean->images;
    }
  }
  for (MeanDifference& mean : means) mean.percent /= static_cast<double>(mean.images);
  return means;
}

}  // namespace sarinr::benchmark
