#include "sarinr/field/spec.h"

#include <bit>
#include <cmath>

#include "field/arch/table.h"
#include "sarinr/field/latent.h"

namespace sarinr {

namespace {

constexpr int largest_width = 512;
constexpr int largest_depth = 8;
constexpr int most_outputs = 8192;
// The networks of a latent field grow with the square of its outputs.
constexpr std::size_t most_weights = std::size_t{1} << 24;

std::string number_text(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// Nothing where the spec is legal, else a sentence.
std::string complaint(const FieldSpec& spec, const Architecture& kind) {
  const auto range = [&](const std::string& what, double value, double low, double high) {
    if (value >= low && value <= high) return std::string();
    return what + " of " + kind.name() + " is " + number_text(value) + "; it must lie between " + number_text(low) +
           " and " + number_text(high);
  };
  std::string problem = range("the width", spec.width, kind.least_width(), largest_width);
  if (problem.empty()) problem = range("the depth", spec.depth, 0, largest_depth);
  if (problem.empty()) problem = range("the number of outputs", spec.outputs, 1, most_outputs);
  const std::vector<ParameterInfo> known = kind.parameters();
  if (problem.empty() && spec.parameters.size() != known.size()) {
    problem = kind.name() + " takes " + std::to_string(known.size()) + " parameters, not " +
              std::to_string(spec.parameters.size());
  }
  for (std::size_t i = 0; problem.empty() && i < known.size(); ++i) {
    problem = range(known[i].name, spec.parameters[i], known[i].low, known[i].high);
  }
  if (problem.empty() && weight_count(spec) > most_weights) {
    problem = kind.name() + " of this size has " + std::to_string(weight_count(spec)) + " weights; there may be " +
              std::to_string(most_weights);
  }
  return problem;
}

}  // namespace

const Architecture& architecture(const std::string& name) {
  if (name == latent_architecture().name()) return latent_architecture();
  for (const Architecture* candidate : architecture_table()) {
    if (candidate->name() == name) return *candidate;
  }
  std::string names;
  for (const std::string& known : architecture_names()) names += (names.empty() ? "" : ", ") + known;
  throw Error("unknown architecture '" + name + "': the architectures are " + names);
}

const Architecture* architecture_by_number(std::uint8_t number) {
  if (number == latent_architecture().number()) return &latent_architecture();
  for (const Architecture* candidate : architecture_table()) {
    if (candidate->number() == number) return candidate;
  }
  return nullptr;
}

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const Architecture* candidate : architecture_table()) names.push_back(candidate->name());
  return names;
}

std::size_t Architecture::operations(const FieldSpec& spec) const {
  std::size_t count = 0;
  for (const TensorInfo& tensor : tensors(spec)) {
    if (tensor.columns > 1) count += tensor.size();
  }
  return count;
}

void check(const FieldSpec& spec) {
  const std::string problem = complaint(spec, architecture(spec.architecture));
  if (!problem.empty()) throw Error(problem);
}

std::size_t weight_count(const FieldSpec& spec) {
  std::size_t count = 0;
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) count += tensor.size();
  return count;
}

std::size_t operations_per_pixel(const FieldSpec& spec) {
  if (is_latent(spec)) {
    const LatentShape shape = latent_shape(spec);
    return shape.synthesis_operations() + (4 * shape.entropy_operations() + 2) / 3;
  }
  return architecture(spec.architecture).operations(spec);
}

void write(const FieldSpec& spec, ByteWriter& writer) {
  writer.u8(architecture(spec.architecture).number());
  writer.varint(static_cast<std::uint64_t>(spec.outputs));
  writer.varint(static_cast<std::uint64_t>(spec.width));
  writer.u8(static_cast<std::uint8_t>(spec.depth));
  for (const float value : spec.parameters) writer.f32(value);
}

Result<FieldSpec> read_field_spec(ByteReader& reader) {
  const std::uint8_t number = reader.u8();
  const std::uint64_t outputs = reader.varint();
  const std::uint64_t width = reader.varint();
  const std::uint8_t depth = reader.u8();
  if (reader.failed()) return Failure{"the field specification ends early"};
  const Architecture* kind = architecture_by_number(number);
  if (kind == nullptr) {
    return Failure{"the file's fields are of an architecture (number " + std::to_string(number) +
                   ") that this version does not know"};
  }
  if (outputs > most_outputs || width > largest_width) return Failure{"the field specification is out of range"};
  FieldSpec spec;
  spec.architecture = kind->name();
  spec.outputs = static_cast<int>(outputs);
  spec.width = static_cast<int>(width);
  spec.depth = depth;
  for (std::size_t i = 0; i < kind->parameters().size(); ++i) spec.parameters.push_back(reader.f32());
  if (reader.failed()) return Failure{"the field specification ends early"};
  const std::string problem = complaint(spec, *kind);
  if (!problem.empty()) return Failure{problem};
  return spec;
}

}  // namespace sarinr
