#pragma once

#include <string>

namespace sarinr {

/// Where a module that is opened at run time lies: lib/sarinr beside the bin folder of the running program, else where
/// sarinr was installed.
std::string module_path(const std::string& file);

}  // namespace sarinr
