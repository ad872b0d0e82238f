#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace sarinr::cli {

/// Each declares one subcommand, its options and help; when that subcommand is parsed it sets `chosen` to the job.
void add_fit(CLI::App& root, std::function<void()>& chosen);
void add_merge(CLI::App& root, std::function<void()>& chosen);
void add_render(CLI::App& root, std::function<void()>& chosen);
void add_sample(CLI::App& root, std::function<void()>& chosen);
void add_report(CLI::App& root, std::function<void()>& chosen);
void add_info(CLI::App& root, std::function<void()>& chosen);
void add_repair(CLI::App& root, std::function<void()>& chosen);
void add_simulate(CLI::App& root, std::function<void()>& chosen);
void add_bench(CLI::App& root, std::function<void()>& chosen);
void add_study(CLI::App& root, std::function<void()>& chosen);

inline constexpr void (*all_commands[])(CLI::App&, std::function<void()>&) = {
    add_fit, add_merge, add_render, add_sample, add_report, add_info, add_repair, add_simulate, add_bench, add_study};

}  // namespace sarinr::cli
