#pragma once

#include <string>

namespace sarinr::geo {

enum class LogLevel { debug, info, warning };

/// Takes what this program should know but need not fail for.
using LogReceiver = void (*)(LogLevel level, const std::string& sentence);

/// Who takes them from now on. Until this is called, warnings and what is below them are GDAL's own messages (CPLError,
/// CPLDebug), as is right for a library inside other people's programs.
void set_log_receiver(LogReceiver receiver);
bool has_log_receiver();

void log(LogLevel level, const std::string& sentence);

}  // namespace sarinr::geo
