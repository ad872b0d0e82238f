#include "sarinr/field/initialisation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "field/dense_reference.h"
#include "sarinr/base/error.h"

namespace sarinr {
namespace {

using test::spec_of;

std::string message(const std::string& initialisation, const std::string& architecture) {
  try {
    check_initialisation(initialisation, architecture);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// How many times larger than the architecture's own each tensor is.
std::vector<double> ratios(const FieldSpec& spec, const std::string& initialisation) {
  const std::vector<float> plain = architecture(spec.architecture).initialise(spec, 3);
  const std::vector<float> changed = initial_weights(spec, initialisation, 3);
  std::vector<double> ratios;
  for (const TensorInfo& tensor : architecture(spec.architecture).tensors(spec)) {
    double sum = 0;
    double square = 0;
    for (std::size_t k = tensor.offset; k < tensor.offset + tensor.size(); ++k) {
      sum += static_cast<double>(plain[k]) * static_cast<double>(changed[k]);
      square += static_cast<double>(plain[k]) * static_cast<double>(plain[k]);
    }
    ratios.push_back(square > 0 ? sum / square : 1);
  }
  return ratios;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6) << "tensor " << i;
}

TEST(Initialisation, ScalesFirstHiddenAndLastLayers) {
  const std::vector<double> scaled = {1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.5, 0.5};
  expect_near(ratios(spec_of("siren", 16, 2, 1), "scaled"), scaled);
  expect_near(ratios(spec_of("finer", 16, 2, 3), "scaled"), scaled);
  std::vector<double> with_modulation = scaled;
  with_modulation.insert(with_modulation.begin(), 1);
  expect_near(ratios(spec_of("incode", 16, 2, 1), "scaled"), with_modulation);
}

TEST(Initialisation, WidensTheFirstMatrixOfTheOtherVariantOfSiren) {
  const double wide = std::sqrt(6.0 / 2) / 0.5;
  expect_near(ratios(spec_of("siren", 16, 1, 1), "wide-first"), {wide, 1, 1, 1, 1, 1});
}

TEST(Initialisation, IsTheArchitecturesOwnUnlessOtherwiseSaid) {
  for (const std::string& name : architecture_names()) {
    const FieldSpec spec = spec_of(name, 12, 1, 2);
    EXPECT_EQ(initial_weights(spec, "siren", 9), architecture(name).initialise(spec, 9)) << name;
    const bool sines = name == "siren" || name == "finer" || name == "incode";
    EXPECT_EQ(has_initialisation(name, "scaled"), sines) << name;
  }
}

TEST(Initialisation, SaysWhatThereIs) {
  EXPECT_EQ(message("siren", "gauss"), "accepted");
  EXPECT_EQ(message("scaled", "incode"), "accepted");
  EXPECT_EQ(message("xavier", "siren"),
            "unknown initialisation 'xavier': the initialisations are siren (the architecture's own), wide-first and "
            "scaled");
  EXPECT_EQ(message("scaled", "wire"),
            "the initialisation scaled is for siren, finer and incode, not wire: leave it out");
}

}  // namespace
}  // namespace sarinr
