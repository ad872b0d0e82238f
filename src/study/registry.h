#pragma once

#include <memory>

#include "study/study.h"

namespace sarinr::study {

/// One function a study, each in the file of its name.
std::unique_ptr<Study> make_activation();
std::unique_ptr<Study> make_defaults();
std::unique_ptr<Study> make_architectures();
std::unique_ptr<Study> make_super_resolution();
std::unique_ptr<Study> make_initialisation();
std::unique_ptr<Study> make_ntk();
std::unique_ptr<Study> make_spectral_bias();

}  // namespace sarinr::study
