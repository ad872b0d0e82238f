#pragma once

#include <stdexcept>
#include <string>

namespace sarinr {

/// Whose fault a failure is; decides the exit status of the command line tool.
enum class ErrorKind {
  request,     ///< the input or the request was wrong (exit status 1)
  internal,    ///< a fault of sarinr itself (exit status 3)
  interrupted  ///< the user asked to stop (exit status 130)
};

/// A failure that carries one sentence for the user: what was wrong, where, what to do.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& sentence, ErrorKind kind = ErrorKind::request)
      : std::runtime_error(sentence), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace sarinr
