#pragma once

#include <vector>

#include "gradient.h"
#include "stepper.h"

namespace sarinr::torch_engine {

/// Trainable copies of `start` for a number of fields, one [fields, rows, columns] leaf a tensor.
std::vector<at::Tensor> make_leaves(const FieldSpec& spec, const std::vector<float>& start, std::int64_t fields,
                                    at::Device device);
/// Copies on the processor.
std::vector<at::Tensor> on_cpu(const std::vector<at::Tensor>& leaves);
/// Of one field, from leaves on the processor.
std::vector<float> weights_of(const std::vector<at::Tensor>& leaves, std::int64_t field);

/// Tiles [begin, end) of a fit, together as one batch. What an epoch leaves behind stays on the device until the end.
class BatchFit {
 public:
  BatchFit(const FitProblem& problem, const GradientPass& pass, const std::vector<NormalisedTile>& tiles,
           const FitOptions& options, std::int64_t begin, std::int64_t end, at::Device device);

  /// One epoch; waits for nothing. A field that meets its target stays as it is from then on.
  void epoch();
  /// Whether every field has met its target; waits for the device. False without targets.
  bool all_reached() const;
  /// Adds the weights of now to the fits' snapshots; waits for the device.
  void keep(std::vector<TileFit>& fits) const;
  /// Waits for the device. Throws an Error where a field diverged.
  void record(std::vector<TileFit>& fits) const;

 private:
  const FitProblem& problem_;
  const GradientPass& pass_;
  std::int64_t begin_;
  std::int64_t count_;
  int epochs_;
  Stepper stepper_;
  Targets targets_;
  at::Tensor limits_;   ///< [fields, channels]; undefined without targets
  at::Tensor losses_;   ///< [epochs, fields]
  at::Tensor reached_;  ///< [fields]
  at::Tensor taken_;    ///< [fields]: steps
};

}  // namespace sarinr::torch_engine
