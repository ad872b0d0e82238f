#pragma once

#include <optional>
#include <string>
#include <utility>

#include "sarinr/base/error.h"

namespace sarinr {

/// Why bytes could not be understood: a sentence without a trailing full stop.
struct Failure {
  std::string message;
};

/// A value or a Failure. Used wherever hostile bytes are parsed: those paths never throw, and a result that is not
/// looked at is a compile error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}              // NOLINT(google-explicit-constructor)
  Result(Failure failure) : failure_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const Failure& failure() const { return failure_; }

  /// The value, or an Error whose sentence is `context` followed by the failure.
  T value_or_throw(const std::string& context) && {
    if (!value_) throw Error(context + ": " + failure_.message);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
  Failure failure_;
};

}  // namespace sarinr
