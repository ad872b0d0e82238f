#include "sarinr/container/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/descriptor.h"
#include "container/layout.h"
#include "sarinr/base/error.h"

namespace sarinr {

namespace {

constexpr std::uint8_t part_version = 1;
constexpr std::uint64_t largest_description = std::uint64_t{1} << 28;
constexpr std::size_t longest_number = 10;

std::string reason() { return std::strerror(errno); }

/// Reads up to out.size() bytes; how many there were, or nothing where the system cannot read.
std::optional<std::size_t> read_some(int file, std::uint64_t offset, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::pread(file, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

bool write_all(int file, ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

Bytes encode_head(const std::string& description) {
  ByteWriter writer;
  writer.text(part_magic);
  writer.u8(part_version);
  writer.varint(description.size());
  writer.text(description);
  writer.u32(crc32c(writer.view()));
  return writer.take();
}

struct Head {
  std::string description;
  std::uint64_t size = 0;  ///< in the file; 0 where it ends within its head
  std::uint32_t checksum = 0;
};

Result<Head> read_head(int file, std::uint64_t size) {
  constexpr std::uint64_t start_size = part_magic.size() + 1 + longest_number;
  Bytes bytes(static_cast<std::size_t>(std::min(size, start_size)));
  if (read_some(file, 0, bytes) != bytes.size()) return Failure{"it cannot be read: " + reason()};
  const std::size_t known = std::min(bytes.size(), part_magic.size());
  if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(known), part_magic.begin(),
                  [](std::uint8_t byte, char letter) { return byte == static_cast<std::uint8_t>(letter); })) {
    return Failure{"it is not unfinished work of sarinr"};
  }
  ByteReader reader(bytes);
  reader.bytes(part_magic.size());
  const std::uint8_t version = reader.u8();
  const std::uint64_t length = reader.varint();
  if (reader.failed()) return Head{};
  if (version != part_version) return Failure{"it was written by another version of sarinr"};
  const std::uint64_t begin = reader.position();
  if (length > largest_description || begin + length + checksum_size > size) return Head{};
  bytes.resize(static_cast<std::size_t>(begin + length) + checksum_size);
  if (read_some(file, 0, bytes) != bytes.size()) return Failure{"it cannot be read: " + reason()};
  Head head{{}, bytes.size(), ByteReader(ByteView(bytes).last(checksum_size)).u32()};
  if (crc32c(ByteView(bytes).first(bytes.size() - checksum_size)) != head.checksum) {
    return Failure{"it is damaged: the checksum of its head does not match"};
  }
  head.description.assign(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end() - checksum_size);
  return head;
}

}  // namespace

struct PartFile::State {
  State(std::string name, int number) : path(std::move(name)), file(number) {}

  std::string path;  ///< empty: it has no name
  Descriptor file;
  mutable std::mutex mutex;
  std::uint64_t end = 0;       ///< behind the last whole entry
  std::uint32_t checksum = 0;  ///< of the head: where those of entries start from
  std::vector<Entry> entries;
  std::chrono::steady_clock::time_point synchronised = std::chrono::steady_clock::now();

  std::string shown() const { return path.empty() ? "the temporary file" : path; }

  /// One process at a time: another's tiles among ours would be lost work, at best.
  void lock() const {
    if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    throw Error(path + " is being written by another process: wait for it, or end it");
  }

  /// The entry at `offset` with its checksum verified; nothing where it is not whole.
  std::optional<Entry> entry_at(std::uint64_t offset, std::uint64_t size) const {
    std::array<std::uint8_t, 1 + 2 * longest_number> start{};
    const std::optional<std::size_t> known = read_some(file.number(), offset, start);
    if (!known) return std::nullopt;
    ByteReader reader(ByteView(start.data(), *known));
    Entry entry;
    entry.kind = reader.u8();
    entry.number = reader.varint();
    entry.size = reader.varint();
    const std::uint64_t length = reader.position();
    if (reader.failed() || size - offset < length + checksum_size) return std::nullopt;
    if (entry.size > size - offset - length - checksum_size) return std::nullopt;
    entry.offset = offset + length;
    Bytes rest(static_cast<std::size_t>(entry.size) + checksum_size);
    if (read_some(file.number(), entry.offset, rest) != rest.size()) return std::nullopt;
    const ByteView payload = ByteView(rest).first(static_cast<std::size_t>(entry.size));
    const std::uint32_t sum =
        crc32c(payload, crc32c(ByteView(start.data(), static_cast<std::size_t>(length)), checksum));
    if (sum != ByteReader(ByteView(rest).last(checksum_size)).u32()) return std::nullopt;
    return entry;
  }
};

PartFile::PartFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
PartFile::~PartFile() = default;

std::unique_ptr<PartFile> PartFile::begin(std::unique_ptr<State> state, const std::string& description) {
  const Bytes head = encode_head(description);
  if (::ftruncate(state->file.number(), 0) != 0 || !write_all(state->file.number(), head, 0)) {
    throw Error(state->shown() + " cannot be written: " + reason());
  }
  state->end = head.size();
  state->checksum = ByteReader(ByteView(head).last(checksum_size)).u32();
  std::unique_ptr<PartFile> part(new PartFile(std::move(state)));
  part->description_ = description;
  return part;
}

std::unique_ptr<PartFile> PartFile::create(const std::string& path, const std::string& description) {
  auto state = std::make_unique<State>(path, ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!state->file.valid()) throw Error(path + " cannot be created: " + reason());
  state->lock();
  return begin(std::move(state), description);
}

std::unique_ptr<PartFile> PartFile::temporary(const std::string& description) {
  const char* folder = std::getenv("TMPDIR");
  std::string path = std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/sarinr-XXXXXX";
  auto state = std::make_unique<State>("", ::mkostemp(path.data(), O_CLOEXEC));
  if (!state->file.valid()) throw Error("no temporary file can be created as " + path + ": " + reason());
  ::unlink(path.c_str());
  return begin(std::move(state), description);
}

Result<std::unique_ptr<PartFile>> PartFile::examine(std::unique_ptr<State> state, bool cut) {
  const int file = state->file.number();
  struct stat status {};
  if (::fstat(file, &status) != 0) return Failure{"it cannot be examined: " + reason()};
  const std::uint64_t size = static_cast<std::uint64_t>(status.st_size);
  Result<Head> head = read_head(file, size);
  if (!head) return head.failure();
  if (head->size == 0) return std::unique_ptr<PartFile>();
  state->checksum = head->checksum;
  state->end = head->size;
  while (const std::optional<Entry> entry = state->entry_at(state->end, size)) {
    state->entries.push_back(*entry);
    state->end = entry->offset + entry->size + checksum_size;
  }
  if (cut && state->end < size && ::ftruncate(file, static_cast<off_t>(state->end)) != 0) {
    return Failure{"it cannot be written: " + reason()};
  }
  std::unique_ptr<PartFile> part(new PartFile(std::move(state)));
  part->description_ = std::move(head->description);
  return part;
}

Result<std::unique_ptr<PartFile>> PartFile::resume(const std::string& path) {
  auto state = std::make_unique<State>(path, ::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!state->file.valid() && errno == ENOENT) return std::unique_ptr<PartFile>();
  if (!state->file.valid()) return Failure{"it cannot be opened: " + reason()};
  state->lock();
  return examine(std::move(state), true);
}

Result<std::unique_ptr<PartFile>> PartFile::open(const std::string& path) {
  auto state = std::make_unique<State>(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!state->file.valid()) return Failure{"it cannot be opened: " + reason()};
  Result<std::unique_ptr<PartFile>> part = examine(std::move(state), false);
  if (part && *part == nullptr) return Failure{"it holds no work yet"};
  return part;
}

std::string PartFile::name() const { return state_->shown(); }

void PartFile::append(std::uint8_t kind, std::uint64_t number, ByteView payload) {
  ByteWriter writer;
  writer.u8(kind);
  writer.varint(number);
  writer.varint(payload.size());
  const std::uint64_t length = writer.size();
  writer.bytes(payload);
  const std::lock_guard lock(state_->mutex);
  writer.u32(crc32c(writer.view(), state_->checksum));
  // Data of entries that a power failure may take costs a second's work to do again.
  const auto now = std::chrono::steady_clock::now();
  const bool due = now - state_->synchronised > std::chrono::seconds(1);
  if (!write_all(state_->file.number(), writer.view(), state_->end) ||
      (due && ::fdatasync(state_->file.number()) != 0)) {
    throw Error(state_->shown() + " cannot be written: " + reason());
  }
  if (due) state_->synchronised = now;
  state_->entries.push_back({kind, number, state_->end + length, payload.size()});
  state_->end += writer.size();
}

std::vector<PartFile::Entry> PartFile::entries() const {
  const std::lock_guard lock(state_->mutex);
  return state_->entries;
}

Result<Bytes> PartFile::read(const Entry& entry) const {
  Bytes bytes(static_cast<std::size_t>(entry.size));
  if (read_some(state_->file.number(), entry.offset, bytes) != bytes.size()) {
    return Failure{state_->shown() + " cannot be read at byte " + std::to_string(entry.offset)};
  }
  return bytes;
}

void PartFile::rename(const std::string& path) {
  if (::fsync(state_->file.number()) != 0) throw Error(state_->shown() + " cannot be written: " + reason());
  if (std::rename(state_->path.c_str(), path.c_str()) != 0) {
    throw Error(path + " cannot be given its name: " + reason());
  }
  state_->path = path;
}

void PartFile::remove() { ::unlink(state_->path.c_str()); }

bool is_part_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<std::uint8_t, part_magic.size()> start{};
  return file.valid() && read_some(file.number(), 0, start) == start.size() &&
         std::memcmp(start.data(), part_magic.data(), start.size()) == 0;
}

}  // namespace sarinr
