#include "sarinr/field/latent.h"

#include "field/arch/table.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

/// Latent fields stand beside the coordinate networks: their weights are one set for the whole file, and evaluating
/// them takes a tile's grids (sarinr/field/latent.h), so that the functions of weights alone are refused.
class LatentArchitecture final : public Architecture {
 public:
  std::string name() const override { return "latent"; }
  std::uint8_t number() const override { return 64; }

  std::vector<ParameterInfo> parameters() const override {
    return {{"levels", "grids, of 1, 2, 4, ... pixels' spacing", 7, 1, 7},
            {"neighbours", "symbols that the entropy network sees: 12 or 24", 12, 12, 24},
            {"entropy-width", "neurons of the entropy network's layers", 8, 4, 16},
            {"step", "size of a symbol of the finest level, normalised units", 0.1, 1e-7, 1e4}};
  }

  /// Of the synthesis network, which has the sum of the levels beside its hidden layers.
  int least_width() const override { return 1; }

  std::vector<TensorInfo> tensors(const FieldSpec& spec) const override {
    const LatentShape shape = latent_shape(spec);
    std::vector<TensorInfo> out;
    const auto add = [&](const std::string& tensor, int rows, int columns) {
      const std::size_t offset = out.empty() ? 0 : out.back().offset + out.back().size();
      out.push_back({tensor, rows, columns, offset});
    };
    add("synthesis first", shape.width, shape.inputs());
    add("synthesis first bias", shape.width, 1);
    add("synthesis second", shape.width, shape.width);
    add("synthesis second bias", shape.width, 1);
    add("synthesis out", shape.channels, shape.width);
    add("synthesis skip", shape.channels, shape.inputs());
    add("synthesis out bias", shape.channels, 1);
    add("synthesis taps", shape.filtered_levels(), filter_reach);
    const int width = shape.entropy_width;
    for (int channel = 0; channel < shape.channels; ++channel) {
      const int inputs = shape.entropy_inputs(channel);
      const std::string name = "entropy " + std::to_string(channel + 1) + " ";
      add(name + "first", width, inputs);
      add(name + "first bias", width, 1);
      add(name + "second", width, width);
      add(name + "second bias", width, 1);
      add(name + "out", 2, width);
      add(name + "skip", 2, inputs);
      add(name + "level bias", shape.levels, 2);
    }
    return out;
  }

  std::vector<float> initialise(const FieldSpec&, std::uint64_t) const override { refuse(); }
  void evaluate(const FieldSpec&, const float*, const float*, const float*, std::size_t, float*,
                std::size_t) const override {
    refuse();
  }
  void differentiate(const FieldSpec&, const float*, int, const float*, const float*, std::size_t, float*,
                     std::size_t) const override {
    refuse();
  }

 private:
  [[noreturn]] static void refuse() { throw Error("a latent field is no coordinate network"); }
};

}  // namespace

const Architecture& latent_architecture() {
  static const LatentArchitecture latent;
  return latent;
}

}  // namespace sarinr
