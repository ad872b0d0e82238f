#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/base/extent.h"
#include "sarinr/radiometry/band.h"

namespace sarinr {

/// How the simulated sensor sees neighbouring scatterers.
enum class Response : std::uint8_t {
  none,    ///< every pixel is a resolution cell of its own: speckle is uncorrelated
  sinc,    ///< a flat spectrum of limited bandwidth
  hamming  ///< the same with Hamming weighting (0.75), as processors apply it against side lobes
};

/// A simulated SAR scene (docs/simulate.md).
struct SceneOptions {
  int width = 1024;  ///< pixels
  int height = 1024;
  int bands = 1;                            ///< 1 to 4: VV, VH, HH, HV
  int looks = 1;                            ///< independent looks averaged in power; complex scenes have one
  Quantity quantity = Quantity::amplitude;  ///< amplitude, power, decibel or complex
  PixelType type = PixelType::u16;
  Response response = Response::hamming;
  double bandwidth = 0.8;  ///< of the response, as a fraction of the sampling rate, in (0, 1]
  std::uint64_t seed = 0;
  std::optional<double> homogeneous;  ///< reflectivity in dB of a scene without features; empty: the landscape
  bool nodata_wedge = false;          ///< nodata left and right of a slanted swath
  std::optional<double> nodata;       ///< where the wedge needs one and none is given: see SceneSimulator::band
  int zero_border = 0;                ///< pixels along every edge that are exactly zero, not tagged as nodata
};

/// The separable response's taps along one axis, an odd number, symmetric, the sum of squares 1. `bandwidth` in (0, 1].
std::vector<double> system_response(Response response, double bandwidth);

/// DN per square root of linear power (amplitude, complex) or per linear power (power); 1 for floats and decibels.
double calibration_gain(Quantity quantity, PixelType type);

/// Makes the scene window by window. A pixel's samples depend on the options and its place alone, so that any cutting
/// into windows gives the same bits. Thread-safe.
class SceneSimulator {
 public:
  /// Throws an Error naming the first option out of its range.
  explicit SceneSimulator(const SceneOptions& options);
  ~SceneSimulator();
  SceneSimulator(SceneSimulator&&) noexcept;
  SceneSimulator& operator=(SceneSimulator&&) noexcept;

  /// Of every band. A wedge without a nodata value takes 0, in decibels -9999.
  BandModel band() const;
  /// Of every band of the truth: Float32, and amplitude where the scene is complex.
  BandModel truth_band() const;
  /// "VV", "VH", "HH", "HV".
  static std::string band_name(int band);

  /// samples[band][row * width + column], in the scene's type. Valid pixels are neither zero (where zero is a class)
  /// nor nodata, so that these classes stand exactly where the options ask for them. Throws an Error outside the scene.
  void read(const Extent& window, std::vector<std::vector<Sample>>& samples) const;
  /// The scene without speckle, likewise: the mean power of the pixel over all speckle, in the unit of `truth_band`.
  void truth(const Extent& window, std::vector<std::vector<Sample>>& samples) const;

 private:
  struct State;
  /// Turns physical values into samples of the band, and puts in what wedge and border hold instead.
  void fill(const Extent& window, const BandModel& model, std::vector<Sample>& samples) const;
  std::unique_ptr<const State> state_;
};

}  // namespace sarinr
