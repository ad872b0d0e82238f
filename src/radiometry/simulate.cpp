#include "sarinr/radiometry/simulate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "radiometry/landscape.h"
#include "radiometry/speckle.h"
#include "sarinr/base/error.h"
#include "sarinr/base/random.h"

namespace sarinr {
namespace {

double from_decibels(double decibels) { return std::pow(10.0, decibels / 10); }

std::size_t area(const Extent& window) {
  return static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height);
}

/// A power as a detected quantity; it is kept above zero, whose decibels are none.
double detected(Quantity quantity, double gain, double power) {
  const double positive = std::max(power, 1e-30);
  if (quantity == Quantity::decibel) return 10 * std::log10(positive);
  return quantity == Quantity::amplitude ? gain * std::sqrt(positive) : gain * positive;
}

/// The sample in the band's type, moved off the values that mean something else.
Sample nearest_valid(const BandModel& band, Sample sample) {
  const auto component = [&](double value) {
    return round_to(band.type, std::clamp(value, lowest(band.type), highest(band.type)));
  };
  const Sample rounded{component(sample.re), component(sample.im)};
  if (classify(band, rounded) == PixelClass::valid) return rounded;
  double values[2];
  to_fit_domain(band, sample, values);
  return from_fit_domain(band, PixelClass::valid, values);
}

std::string shortest(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

void check(const SceneOptions& options) {
  const auto refuse = [](const std::string& what) { throw Error("cannot simulate the scene: " + what); };
  const int largest = 1 << 24;
  if (options.width < 1 || options.height < 1 || options.width > largest || options.height > largest) {
    refuse("its size is " + std::to_string(options.width) + " x " + std::to_string(options.height) +
           " pixels; each must be from 1 to " + std::to_string(largest));
  }
  if (options.bands < 1 || options.bands > 4) {
    refuse(std::to_string(options.bands) + " bands were asked for; there are 1 to 4 (VV, VH, HH, HV)");
  }
  if (options.looks < 1 || options.looks > 1000) {
    refuse(std::to_string(options.looks) + " looks were asked for; give a whole number from 1 to 1000");
  }
  const Quantity quantity = options.quantity;
  if (quantity == Quantity::other || quantity == Quantity::categorical) {
    refuse("the quantity " + std::string(name(quantity)) + " is no radar image; use amplitude, power, db or complex");
  }
  if ((quantity == Quantity::complex) != is_complex(options.type)) {
    refuse("the type " + std::string(name(options.type)) + " does not fit the quantity " + std::string(name(quantity)) +
           "; complex goes with CInt16, CInt32, CFloat32 or CFloat64, the others with real types");
  }
  if (quantity == Quantity::complex && options.looks > 1) {
    refuse(std::to_string(options.looks) + " looks were asked for; a complex scene has one");
  }
  if (quantity == Quantity::decibel && lowest(options.type) == 0) {
    refuse("the type " + std::string(name(options.type)) + " holds no negative decibels; use Int16 or Float32");
  }
  if (options.nodata && is_integer(options.type) && round_to(options.type, *options.nodata) != *options.nodata) {
    refuse("the type " + std::string(name(options.type)) + " cannot hold the nodata value " +
           shortest(*options.nodata));
  }
  if (options.zero_border < 0) refuse("the zero border is negative");
  if (options.zero_border > 0 && quantity == Quantity::decibel) {
    refuse("a zero border means no signal, which decibels cannot say; use another quantity");
  }
  if (!(options.bandwidth > 0 && options.bandwidth <= 1)) {
    refuse("the response's bandwidth is " + shortest(options.bandwidth) + "; it must lie above 0 and not above 1");
  }
  if (options.homogeneous && !(std::abs(*options.homogeneous) <= 100)) {
    refuse("the homogeneous reflectivity must lie between -100 and 100 dB");
  }
}

}  // namespace

double calibration_gain(Quantity quantity, PixelType type) {
  if (quantity == Quantity::decibel || !is_integer(type)) return 1;
  const bool byte = type == PixelType::u8;
  if (quantity == Quantity::complex) return 300;
  if (quantity == Quantity::amplitude) return byte ? 200 : 1000;
  return byte ? 100 : 10000;
}

/// The options, completed, and what follows from them.
struct SceneSimulator::State {
  struct Ground {
    Extent extent;
    std::vector<Surface> surfaces;
  };

  SceneOptions options;
  Landscape landscape;
  std::vector<double> response;

  Surface surface(std::int64_t column, std::int64_t row) const;
  /// Of the window and the response's margin around it.
  Ground ground(const Extent& window) const;
  Scatterers scatterers(const Ground& ground, int band) const;
  PixelClass pixel_class(int column, int row) const;
  void check_window(const Extent& window) const;
  std::vector<double> detected_power(const Ground& ground, int band) const;
  std::uint64_t speckle_seed(int band, int look) const;
};

Surface SceneSimulator::State::surface(std::int64_t column, std::int64_t row) const {
  if (!options.homogeneous) return landscape.at(column, row);
  Surface surface;
  surface.decibels = *options.homogeneous;
  return surface;
}

SceneSimulator::State::Ground SceneSimulator::State::ground(const Extent& window) const {
  const int margin = static_cast<int>(response.size() / 2);
  Ground result;
  result.extent = {window.x - margin, window.y - margin, window.width + 2 * margin, window.height + 2 * margin};
  result.surfaces.reserve(area(result.extent));
  for (int row = 0; row < result.extent.height; ++row) {
    for (int column = 0; column < result.extent.width; ++column) {
      result.surfaces.push_back(surface(result.extent.x + column, result.extent.y + row));
    }
  }
  return result;
}

Scatterers SceneSimulator::State::scatterers(const Ground& ground, int band) const {
  Scatterers result;
  result.extent = ground.extent;
  result.power.reserve(ground.surfaces.size());
  for (const Surface& surface : ground.surfaces) {
    // Polarisations of a homogeneous scene are alike, so that its statistics are known for each.
    const double offset = options.homogeneous ? 0 : polarisation_offset(surface.cover, band);
    const std::size_t index = result.power.size();
    result.power.push_back(from_decibels(surface.decibels + offset));
    if (!surface.has_point) continue;
    result.point_in_phase.resize(ground.surfaces.size());
    result.point_quadrature.resize(ground.surfaces.size());
    const double amplitude = std::sqrt(from_decibels(surface.point_decibels + offset));
    result.point_in_phase[index] = amplitude * std::cos(surface.point_phase);
    result.point_quadrature[index] = amplitude * std::sin(surface.point_phase);
  }
  return result;
}

PixelClass SceneSimulator::State::pixel_class(int column, int row) const {
  if (options.nodata_wedge) {
    const double slant = 0.12 * options.width;
    const double down = (row + 0.5) / options.height;
    const double x = column + 0.5;
    if (x < slant * (1 - down) || x > options.width - slant * down) return PixelClass::nodata;
  }
  const int border = options.zero_border;
  const bool inside =
      column >= border && row >= border && column < options.width - border && row < options.height - border;
  return inside ? PixelClass::valid : PixelClass::zero;
}

void SceneSimulator::State::check_window(const Extent& window) const {
  const bool inside = window.x >= 0 && window.y >= 0 && window.width > 0 && window.height > 0 &&
                      window.width <= options.width - window.x && window.height <= options.height - window.y;
  if (inside) return;
  throw Error("a window of the simulated scene lies outside it", ErrorKind::internal);
}

std::uint64_t SceneSimulator::State::speckle_seed(int band, int look) const {
  return mix64(mix64(mix64(options.seed) + static_cast<std::uint64_t>(band)) + static_cast<std::uint64_t>(look));
}

std::vector<double> SceneSimulator::State::detected_power(const Ground& ground, int band) const {
  const Scatterers seen = scatterers(ground, band);
  std::vector<double> power;
  for (int look = 0; look < options.looks; ++look) {
    const ComplexImage image = complex_look(seen, response, speckle_seed(band, look));
    power.resize(image.in_phase.size(), 0.0);
    for (std::size_t i = 0; i < power.size(); ++i) {
      power[i] += image.in_phase[i] * image.in_phase[i] + image.quadrature[i] * image.quadrature[i];
    }
  }
  for (double& value : power) value /= options.looks;
  return power;
}

SceneSimulator::SceneSimulator(const SceneOptions& options) {
  SceneOptions completed = options;
  if (options.nodata_wedge && !options.nodata) {
    completed.nodata = options.quantity == Quantity::decibel ? -9999 : 0;
  }
  check(completed);
  const double unit = std::clamp<double>(std::min(options.width, options.height), 256, 1024);
  State state{completed, Landscape(mix64(options.seed), unit), system_response(options.response, options.bandwidth)};
  state_ = std::make_unique<const State>(std::move(state));
}

SceneSimulator::~SceneSimulator() = default;
SceneSimulator::SceneSimulator(SceneSimulator&&) noexcept = default;
SceneSimulator& SceneSimulator::operator=(SceneSimulator&&) noexcept = default;

BandModel SceneSimulator::band() const {
  return {state_->options.quantity, state_->options.type, state_->options.nodata};
}

BandModel SceneSimulator::truth_band() const {
  const bool complex = state_->options.quantity == Quantity::complex;
  return {complex ? Quantity::amplitude : state_->options.quantity, PixelType::f32, state_->options.nodata};
}

std::string SceneSimulator::band_name(int band) {
  static constexpr std::array<const char*, 4> names{"VV", "VH", "HH", "HV"};
  return names.at(static_cast<std::size_t>(band));
}

void SceneSimulator::fill(const Extent& window, const BandModel& model, std::vector<Sample>& samples) const {
  const double nothing[2] = {0, 0};
  std::size_t index = 0;
  for (int row = window.y; row < window.y + window.height; ++row) {
    for (int column = window.x; column < window.x + window.width; ++column, ++index) {
      const PixelClass pixel_class = state_->pixel_class(column, row);
      Sample& sample = samples[index];
      sample = has_value(pixel_class) ? nearest_valid(model, sample) : from_fit_domain(model, pixel_class, nothing);
    }
  }
}

void SceneSimulator::read(const Extent& window, std::vector<std::vector<Sample>>& samples) const {
  state_->check_window(window);
  const SceneOptions& options = state_->options;
  const double gain = calibration_gain(options.quantity, options.type);
  const State::Ground ground = state_->ground(window);
  samples.resize(static_cast<std::size_t>(options.bands));
  for (int band = 0; band < options.bands; ++band) {
    std::vector<Sample>& out = samples[band];
    out.resize(area(window));
    if (options.quantity == Quantity::complex) {
      const ComplexImage image =
          complex_look(state_->scatterers(ground, band), state_->response, state_->speckle_seed(band, 0));
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = {gain * image.in_phase[i], gain * image.quadrature[i]};
    } else {
      const std::vector<double> power = state_->detected_power(ground, band);
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = {detected(options.quantity, gain, power[i]), 0};
    }
    fill(window, this->band(), out);
  }
}

void SceneSimulator::truth(const Extent& window, std::vector<std::vector<Sample>>& samples) const {
  state_->check_window(window);
  const SceneOptions& options = state_->options;
  const double gain = calibration_gain(options.quantity, options.type);
  const BandModel model = truth_band();
  const State::Ground ground = state_->ground(window);
  samples.resize(static_cast<std::size_t>(options.bands));
  for (int band = 0; band < options.bands; ++band) {
    const std::vector<double> power = mean_power(state_->scatterers(ground, band), state_->response);
    std::vector<Sample>& out = samples[band];
    out.resize(area(window));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = {detected(model.quantity, gain, power[i]), 0};
    fill(window, model, out);
  }
}

}  // namespace sarinr
