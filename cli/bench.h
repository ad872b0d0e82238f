#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace sarinr::cli {

/// Benchmarks declare themselves as subcommands do (commands.h), below sarinr bench.
void add_bench_codecs(CLI::App& bench, std::function<void()>& chosen);

}  // namespace sarinr::cli
