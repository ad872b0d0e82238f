// Makes a large .sinr of a small one by repeating its tiles' records: for tests of readers, which do not care what the
// pixels show. The small file must have no masks and no categorical bands, so that its records fit tiles of any size.
//   bench_repeat_records SOURCE.sinr OUTPUT.sinr WIDTH HEIGHT
#include <cstdio>
#include <string>
#include <vector>

#include "sarinr/base/error.h"
#include "scene/overviews.h"

namespace {

using namespace sarinr;

/// The tiles' payloads, of those that hold a field and no mask.
std::vector<Bytes> records(const FileReader& reader) {
  std::vector<Bytes> payloads;
  for (int tile = 0; tile < reader.grid().count(); ++tile) {
    Bytes payload = reader.payload(tile).value_or_throw("source");
    if (payload[0] == 0) payloads.push_back(std::move(payload));
  }
  if (payloads.empty()) throw Error("the source has no tile without masks");
  return payloads;
}

void repeat(const FileReader& reader, int width, int height, bool overviews, ByteSink& sink) {
  FileHeader header = reader.header();
  header.width = width;
  header.height = height;
  FileWriter writer(sink, header);
  writer.write_shared(reader.shared());
  const std::vector<Bytes> payloads = records(reader);
  const int tiles = header.grid().count();
  for (int tile = 0; tile < tiles; ++tile) {
    writer.append_tile(payloads[static_cast<std::size_t>(tile) % payloads.size()]);
  }
  FitJob job;
  job.tile_size = header.tile_size;
  job.overlap = header.overlap;
  job.overviews = overviews;
  RasterInfo info;
  info.width = width;
  info.height = height;
  struct Collected final : ByteSink {
    void write(ByteView view) override { bytes.insert(bytes.end(), view.begin(), view.end()); }
    void commit() override {}
    Bytes bytes;
  };
  for (const int factor : overview_factors(info, job)) {
    Collected inner;
    repeat(reader, reduced_length(width, factor), reduced_length(height, factor), false, inner);
    writer.append_overview(factor, inner.bytes);
  }
  writer.finish(reader.summary());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_repeat_records SOURCE.sinr OUTPUT.sinr WIDTH HEIGHT\n");
    return 2;
  }
  try {
    const auto reader = FileReader::open(open_local_source(argv[1])).value_or_throw(argv[1]);
    const auto sink = create_local_sink(argv[2], true);
    repeat(*reader, std::stoi(argv[3]), std::stoi(argv[4]), true, *sink);
    sink->commit();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
