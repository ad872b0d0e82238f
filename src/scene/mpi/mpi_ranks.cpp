#include <mpi.h>

#include <exception>
#include <limits>
#include <mutex>

#include "sarinr/base/error.h"
#include "sarinr/scene/ranks.h"

namespace sarinr {

namespace {

constexpr int tag = 1;

/// MPI's own error handler ends the job with a message, so that no call returns a failure.
class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    if (provided < MPI_THREAD_SERIALIZED) {
      throw Error("this MPI does not let several threads of a process call it, which sarinr needs: use another");
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &count_);
  }

  ~MpiRanks() override {
    // Finalising waits for the other ranks, which wait for this one: a failed rank ends, and the launcher ends them.
    if (std::uncaught_exceptions() == 0) MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int count() const override { return count_; }

  void send(int to, ByteView message) override {
    if (message.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      throw Error("a tile is too large to send to another process: choose smaller tiles");
    }
    const std::lock_guard lock(mutex_);
    MPI_Send(message.data(), static_cast<int>(message.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD);
  }

  std::optional<Message> poll() override {
    const std::lock_guard lock(mutex_);
    int there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &status);
    if (there == 0) return std::nullopt;
    int size = 0;
    MPI_Get_count(&status, MPI_BYTE, &size);
    Message message{status.MPI_SOURCE, Bytes(static_cast<std::size_t>(size))};
    MPI_Recv(message.bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return message;
  }

 private:
  std::mutex mutex_;
  int rank_ = 0;
  int count_ = 1;
};

}  // namespace

}  // namespace sarinr

extern "C" __attribute__((visibility("default"))) sarinr::Ranks* sarinr_open_ranks() { return new sarinr::MpiRanks; }
