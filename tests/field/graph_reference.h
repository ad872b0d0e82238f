#pragma once

#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "sarinr/field/spec.h"

namespace sarinr::test {

/// Definitions of the architectures that are no chain of dense layers (docs/fit.md, docs/format.md), in plain double
/// arithmetic, written apart from the graphs.
class GraphReference {
 public:
  explicit GraphReference(const FieldSpec& spec) : spec_(spec) {}

  std::vector<double> values(const std::vector<double>& weights, double x, double y) const {
    Reader reader{weights.data()};
    if (spec_.architecture == "wire") return wire(reader, x, y);
    if (spec_.architecture == "incode") return incode(reader, x, y);
    if (spec_.architecture == "sl2a") return sl2a(reader, x, y);
    return mfn(reader, x, y);
  }

 private:
  /// Tensors lie in the order in which the formulas need them.
  struct Reader {
    const double* next;
    const double* take(std::size_t count) {
      next += count;
      return next - count;
    }
  };

  double parameter(std::size_t place) const { return static_cast<double>(spec_.parameters[place]); }
  std::size_t outputs() const { return static_cast<std::size_t>(spec_.outputs); }
  std::size_t width() const { return static_cast<std::size_t>(spec_.width); }

  template <class Number>
  static std::vector<Number> product(const double* matrix, std::size_t rows, const std::vector<Number>& values) {
    std::vector<Number> out(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t k = 0; k < values.size(); ++k) out[r] += matrix[r * values.size() + k] * values[k];
    }
    return out;
  }

  static std::vector<double> layer(Reader& reader, std::size_t rows, const std::vector<double>& values) {
    const double* matrix = reader.take(rows * values.size());
    const double* bias = reader.take(rows);
    std::vector<double> out = product(matrix, rows, values);
    for (std::size_t r = 0; r < rows; ++r) out[r] += bias[r];
    return out;
  }

  std::vector<double> wire(Reader& reader, double x, double y) const {
    using Complex = std::complex<double>;
    const std::size_t neurons = static_cast<std::size_t>(spec_.width / std::sqrt(2.0));
    const std::vector<double> first = layer(reader, neurons, {x, y});
    std::vector<Complex> z(first.begin(), first.end());
    const auto activate = [&] {
      for (Complex& value : z) {
        value = std::exp(Complex(0, 1) * parameter(0) * value - std::norm(parameter(1) * value));
      }
    };
    for (int i = 0; i < spec_.depth; ++i) {
      activate();
      const double* real = reader.take(neurons * neurons);
      const double* imaginary = reader.take(neurons * neurons);
      const double* real_bias = reader.take(neurons);
      const double* imaginary_bias = reader.take(neurons);
      const std::vector<Complex> a = product(real, neurons, z);
      const std::vector<Complex> b = product(imaginary, neurons, z);
      for (std::size_t n = 0; n < neurons; ++n) {
        z[n] = a[n] + Complex(0, 1) * b[n] + Complex(real_bias[n], imaginary_bias[n]);
      }
    }
    activate();
    const std::vector<Complex> a = product(reader.take(outputs() * neurons), outputs(), z);
    const std::vector<Complex> b = product(reader.take(outputs() * neurons), outputs(), z);
    const double* bias = reader.take(outputs());
    std::vector<double> out;
    for (std::size_t c = 0; c < outputs(); ++c) out.push_back((a[c] + Complex(0, 1) * b[c]).real() + bias[c]);
    return out;
  }

  std::vector<double> filter(Reader& reader, double x, double y) const {
    std::vector<double> out = layer(reader, width(), {x, y});
    for (double& value : out) value = std::sin(value);
    if (spec_.architecture == "mfn-fourier") return out;
    const double* centres = reader.take(2 * width());
    const double* precisions = reader.take(width());
    for (std::size_t n = 0; n < width(); ++n) {
      const double distance = std::hypot(x - centres[2 * n], y - centres[2 * n + 1]);
      out[n] *= std::exp(-precisions[n] * distance * distance / 2);
    }
    return out;
  }

  std::vector<double> mfn(Reader& reader, double x, double y) const {
    std::vector<double> values = filter(reader, x, y);
    for (int i = 0; i < spec_.depth; ++i) {
      values = layer(reader, width(), values);
      const std::vector<double> factors = filter(reader, x, y);
      for (std::size_t n = 0; n < width(); ++n) values[n] *= factors[n];
    }
    return layer(reader, outputs(), values);
  }

  std::vector<double> incode(Reader& reader, double x, double y) const {
    const double* m = reader.take(4);
    std::vector<double> values = {x, y};
    for (int i = 0; i <= spec_.depth; ++i) {
      values = layer(reader, width(), values);
      const double w0 = parameter(i == 0 ? 0 : 1);
      for (double& value : values) value = std::exp(m[0]) * std::sin(std::exp(m[1]) * w0 * value + m[2]) + m[3];
    }
    return layer(reader, outputs(), values);
  }

  std::vector<double> sl2a(Reader& reader, double x, double y) const {
    std::vector<double> terms;
    for (const double coordinate : {x, y}) {
      const double angle = std::acos(std::tanh(coordinate));
      for (int n = 0; n <= static_cast<int>(parameter(0)); ++n) terms.push_back(std::cos(n * angle));
    }
    std::vector<double> first = product(reader.take(width() * terms.size()), width(), terms);
    double mean = 0;
    for (const double value : first) mean += value / static_cast<double>(width());
    double variance = 0;
    for (const double value : first) variance += (value - mean) * (value - mean) / static_cast<double>(width());
    const double* gain = reader.take(width());
    const double* shift = reader.take(width());
    for (std::size_t n = 0; n < width(); ++n) {
      first[n] = (first[n] - mean) / std::sqrt(variance + 1e-5) * gain[n] + shift[n];
    }
    const std::size_t rank = static_cast<std::size_t>(parameter(1));
    std::vector<double> values = first;
    const auto modulate = [&] {
      for (std::size_t n = 0; parameter(2) > 0 && n < width(); ++n) values[n] *= first[n];
    };
    for (int i = 0; i < spec_.depth; ++i) {
      modulate();
      if (rank > 0) values = product(reader.take(rank * width()), rank, values);
      values = layer(reader, width(), values);
      for (double& value : values) value = std::max(value, 0.0);
    }
    modulate();
    return layer(reader, outputs(), values);
  }

  FieldSpec spec_;
};

}  // namespace sarinr::test
