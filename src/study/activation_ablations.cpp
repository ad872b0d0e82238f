#include "study/activation_ablations.h"

#include <cmath>

#include "sarinr/base/random.h"
#include "sarinr/field/initialisation.h"

namespace sarinr::study {

namespace {

Ablation activated(const std::string& group, const std::string& name, ActivationOptions options) {
  Ablation out{group, name};
  out.activation = options;
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

void add_activations(std::vector<Ablation>& out) {
  const ActivationOptions usual = {20, 2e-3, 0.2};
  for (const int epochs : {2, 10, 50, 100, 200}) {
    out.push_back(activated("epochs", "p = " + std::to_string(epochs), {epochs, 2e-3, 0.2}));
  }
  for (const double rate : {1e-4, 5e-4, 1e-3, 4e-3}) {
    out.push_back(activated("activation rate", number(rate), {20, rate, 0.2}));
  }
  for (const double lambda : {0.002, 0.02, 2.0}) {
    out.push_back(activated("lambda", number(lambda), {20, 2e-3, lambda}));
  }
  for (const auto& [name, order] :
       {std::pair{"smoothness first", ContrastOrder::down_up}, std::pair{"anti-smoothness alone", ContrastOrder::up},
        std::pair{"smoothness alone", ContrastOrder::down}}) {
    ActivationOptions options = usual;
    options.order = order;
    out.push_back(activated("losses", name, options));
  }
}

void add_scalings(std::vector<Ablation>& out) {
  struct Factors {
    double first, hidden, last;
  };
  for (const Factors f : {Factors{1.5, 1.5, 0.5}, Factors{2, 2, 0.3}, Factors{1.5, 1, 1}, Factors{1, 1.5, 1},
                          Factors{1, 1, 0.5}, Factors{1.25, 1.25, 0.7}}) {
    Ablation scaled{"scaled start", number(f.first) + ", " + number(f.hidden) + ", " + number(f.last)};
    scaled.first = f.first;
    scaled.hidden = f.hidden;
    scaled.last = f.last;
    out.push_back(scaled);
  }
}

/// The norm of a tensor's weights.
double norm(const std::vector<float>& weights, const TensorInfo& tensor) {
  double sum = 0;
  for (std::size_t k = tensor.offset; k < tensor.offset + tensor.size(); ++k) {
    sum += static_cast<double>(weights[k]) * static_cast<double>(weights[k]);
  }
  return std::sqrt(sum);
}

void scale(const TensorInfo& tensor, double factor, std::vector<float>& weights) {
  for (std::size_t k = tensor.offset; k < tensor.offset + tensor.size(); ++k) {
    weights[k] = static_cast<float>(factor * static_cast<double>(weights[k]));
  }
}

/// Uniform noise of the deviation that images are normalised to.
Image noise_like(const Image& image, std::uint64_t seed) {
  Image noise = image;
  Random random(seed);
  const double bound = std::sqrt(3.0) / 4;
  for (float& value : noise.tile.values) value = static_cast<float>(random.uniform(-bound, bound));
  return noise;
}

}  // namespace

std::vector<Ablation> ablations(Size size) {
  std::vector<Ablation> out{{"usual", "no activation"},
                            activated("usual", "activation, 20 epochs at 0.002", {20, 2e-3, 0.2})};
  if (size != Size::smoke) {
    add_activations(out);
    add_scalings(out);
  }
  for (const double w0 : {45.0, 60.0}) {
    Ablation larger{"larger w0", number(w0) + " throughout"};
    larger.w0_first = larger.w0_hidden = w0;
    out.push_back(larger);
    Ablation first{"larger w0", number(w0) + " in the first layer"};
    first.w0_first = w0;
    out.push_back(first);
  }
  Ablation norms{"activated norms", "fresh weights of the activated norms", {20, 2e-3, 0.2}};
  norms.activated_norms = true;
  out.push_back(norms);
  const int noise_epochs = size == Size::smoke ? 2 : 50;
  Ablation noise{"noise first", std::to_string(noise_epochs) + " epochs of uniform noise"};
  noise.noise_epochs = noise_epochs;
  out.push_back(noise);
  return out;
}

FitProblem ablated_problem(const Ablation& ablation, int width, int depth, std::uint64_t seed, const Image& image,
                           Workbench& bench) {
  FitSetting setting;
  setting.spec = spec_of("siren", width, depth);
  setting.spec.parameters = {static_cast<float>(ablation.w0_first), static_cast<float>(ablation.w0_hidden)};
  setting.seed = seed;
  setting.activation = ablation.activation;
  FitProblem problem = bench.problem(setting, image.width, image.height);
  const std::vector<TensorInfo> tensors = architecture("siren").tensors(problem.spec);
  if (ablation.activated_norms) {
    constexpr std::uint64_t other = 1000;
    std::vector<float> fresh = initial_weights(problem.spec, "siren", seed + other);
    for (const TensorInfo& tensor : tensors) {
      scale(tensor, norm(problem.start, tensor) / norm(fresh, tensor), fresh);
    }
    problem.start = std::move(fresh);
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const bool is_last = i + 2 >= tensors.size();
    scale(tensors[i], i < 2 ? ablation.first : is_last ? ablation.last : ablation.hidden, problem.start);
  }
  if (ablation.noise_epochs > 0) {
    FitOptions options;
    options.epochs = ablation.noise_epochs;
    problem.start = bench.fit(noise_like(image, seed), problem, options).fit.weights;
  }
  return problem;
}

}  // namespace sarinr::study
