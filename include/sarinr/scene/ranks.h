#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sarinr/base/bytes.h"

namespace sarinr {

/// The processes of one job on one or many machines, numbered from 0. Thread-safe. Destroyed by an
/// exception, it does not wait for the others: the launcher ends them when this process ends.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int count() const = 0;
  virtual void send(int to, ByteView message) = 0;
  struct Message {
    int from = 0;
    Bytes bytes;
  };
  /// The next message, or nothing where none has come yet.
  virtual std::optional<Message> poll() = 0;
};

/// The ranks that mpirun (or srun) started this process as; nullptr where it was started alone. Opens the MPI module,
/// lib/sarinr/mpi.so; throws an Error where it is missing.
std::unique_ptr<Ranks> open_ranks();

/// This process's number among those of its machine, as the launcher says; 0 where it was started alone.
int local_rank();

}  // namespace sarinr
