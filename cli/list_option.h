#pragma once

#include <CLI/CLI.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace sarinr::cli {

/// An option whose one argument is a list with commas, "W,H". (CLI11's own lists go on taking the words that follow, so
/// that an option before INPUT would swallow it.) `least` to `most` values; a wrong number of them, or one that is not
/// of the type, is a usage error.
template <typename Value>
CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<Value>& values, std::size_t least,
                      std::size_t most, const std::string& help) {
  const auto parse = [&values, name, least, most](const std::string& text) {
    std::vector<Value> found;
    std::stringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
      Value value{};
      if (part.empty() || !CLI::detail::lexical_cast(part, value)) {
        throw CLI::ValidationError(name, "'" + part + "' in '" + text + "' is not understood");
      }
      found.push_back(value);
    }
    if (found.size() < least || found.size() > most) {
      const std::string wanted =
          least == most ? std::to_string(least)
                        : std::to_string(least) + (most < 1000 ? " to " + std::to_string(most) : " or more");
      throw CLI::ValidationError(name, "takes " + wanted + " values with commas between, not '" + text + "'");
    }
    values = found;
  };
  std::string standard;
  for (const Value& value : values) {
    std::ostringstream text;
    text << value;
    standard += (standard.empty() ? "" : ",") + text.str();
  }
  CLI::Option* option = app.add_option_function<std::string>(name, parse, help);
  if (!standard.empty()) option->default_str(standard);
  return option;
}

/// As many values as there are bands, say.
inline constexpr std::size_t any_number = 1000000;

}  // namespace sarinr::cli
