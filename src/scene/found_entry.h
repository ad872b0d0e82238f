#pragma once

#include "sarinr/base/error.h"
#include "sarinr/scene/fit_work.h"

namespace sarinr {

/// An entry in one of several parts; `part` is nullptr where there is none.
struct FoundEntry {
  const NamedPart* part = nullptr;
  PartFile::Entry entry;
};

inline Bytes bytes_of(const FoundEntry& found) {
  return found.part->part->read(found.entry).value_or_throw("cannot read " + found.part->name);
}

}  // namespace sarinr
