#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sarinr/base/bytes.h"
#include "sarinr/base/random.h"
#include "sarinr/base/result.h"

namespace sarinr {

/// What a field's weights mean: an architecture and its numbers. Everything needed to evaluate a field but its weights.
struct FieldSpec {
  std::string architecture = "siren";
  int outputs = 1;
  int width = 64;                 ///< neurons of each hidden layer
  int depth = 3;                  ///< hidden-to-hidden layers: 2-W-W-W-W-1 is depth 3
  std::vector<float> parameters;  ///< in the order of Architecture::parameters()
  bool operator==(const FieldSpec&) const = default;
};

/// A number that an architecture takes beside width and depth, declared once: command line, help, ranges and file.
struct ParameterInfo {
  std::string name;
  std::string help;
  double value;  ///< default
  double low;
  double high;
};

/// One tensor of weights, row major: `rows` outputs by `columns` inputs; a bias has one column.
struct TensorInfo {
  std::string name;
  int rows;
  int columns;
  std::size_t offset;  ///< of its first weight among all the field's weights
  std::size_t size() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
};

/// A family of coordinate networks. Inputs are two coordinates in [-1, 1] (x, then y); each architecture is one file in
/// src/field/arch and one in src/fit/torch, and registers itself in the two tables there.
class Architecture {
 public:
  virtual ~Architecture() = default;
  virtual std::string name() const = 0;
  virtual std::uint8_t number() const = 0;  ///< in the file format
  virtual std::vector<ParameterInfo> parameters() const = 0;
  virtual std::vector<TensorInfo> tensors(const FieldSpec& spec) const = 0;
  virtual int least_width() const { return 4; }
  /// Multiply-adds of the matrices at one point: all matrices', each once, unless an architecture says otherwise.
  virtual std::size_t operations(const FieldSpec& spec) const;
  /// Fresh weights; the same for the same spec and seed on every machine.
  virtual std::vector<float> initialise(const FieldSpec& spec, std::uint64_t seed) const = 0;
  /// Values of the field at `count` points. `x` and `y` in [-1, 1]; out[channel * stride + i]. The value at a point
  /// does not depend on the other points of the call. Thread-safe.
  virtual void evaluate(const FieldSpec& spec, const float* weights, const float* x, const float* y, std::size_t count,
                        float* out, std::size_t stride) const = 0;
  /// Values and derivatives with respect to the two coordinates: out[(channel * terms + term) * stride + i], the terms
  /// being value, d/dx, d/dy and, of order 2, d2/dx2, d2/dxdy, d2/dy2. Otherwise as evaluate.
  virtual void differentiate(const FieldSpec& spec, const float* weights, int order, const float* x, const float* y,
                             std::size_t count, float* out, std::size_t stride) const = 0;
};

/// The architecture of that name, "latent" (sarinr/field/latent.h) among them; throws an Error that lists the names of
/// the coordinate networks.
const Architecture& architecture(const std::string& name);
/// nullptr where a file names one that this version does not know.
const Architecture* architecture_by_number(std::uint8_t number);
/// Of the coordinate networks.
std::vector<std::string> architecture_names();

/// Throws an Error naming the first number out of its range and the legal range.
void check(const FieldSpec& spec);
std::size_t weight_count(const FieldSpec& spec);
/// Multiply-adds per evaluated pixel; of a latent field with those of decoding it.
std::size_t operations_per_pixel(const FieldSpec& spec);

/// The spec as it stands in a file header (docs/format.md), and back.
void write(const FieldSpec& spec, ByteWriter& writer);
Result<FieldSpec> read_field_spec(ByteReader& reader);

}  // namespace sarinr
