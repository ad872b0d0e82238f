#pragma once

#include <memory>

#include "study/study.h"

namespace sarinr::study {

/// One function a study, each in the file of its name.
std::unique_ptr<Study> make_defaults();

}  // namespace sarinr::study
