// How fast this machine decodes the latent grids of a .sinr, on one thread, with each of its instruction sets: pixels a
// processor second, so that other work on the machine counts little.
//   bench_latent_coder FILE.sinr
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>

#include "sarinr/base/error.h"
#include "sarinr/container/file.h"
#include "sarinr/field/instructions.h"

namespace {

using namespace sarinr;

constexpr int rounds = 5;

struct Records {
  std::vector<Bytes> payloads;
  std::vector<TileContext> contexts;
  double pixels = 0;
};

Records read_records(const FileReader& reader) {
  Records records;
  for (int tile = 0; tile < reader.grid().count(); ++tile) {
    const Extent core = reader.grid().core(tile);
    records.payloads.push_back(reader.payload(tile).value_or_throw("the file"));
    records.contexts.push_back({&reader.header().bands, &reader.header().spec, &reader.shared(), core});
    records.pixels += static_cast<double>(core.width) * core.height;
  }
  return records;
}

double seconds_to_decode(const Records& records, const LatentCoder& coder) {
  const std::clock_t start = std::clock();
  for (std::size_t i = 0; i < records.payloads.size(); ++i) {
    TileContext context = records.contexts[i];
    context.latents = &coder;
    static_cast<void>(decode_tile(records.payloads[i], context).value_or_throw("the file"));
  }
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

void run(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const Bytes bytes(std::istreambuf_iterator<char>(file), {});
  const std::shared_ptr<const FileReader> opened = FileReader::open(memory_source(bytes)).value_or_throw(path);
  if (opened->latent_coder() == nullptr) throw Error(std::string(path) + " has no latent fields");
  const Records records = read_records(*opened);
  for (const std::string& instructions : instruction_sets()) {
    const LatentCoder coder =
        LatentCoder::make(opened->header().spec, opened->shared(), instructions).value_or_throw(path);
    double best = seconds_to_decode(records, coder);
    for (int round = 1; round < rounds; ++round) best = std::min(best, seconds_to_decode(records, coder));
    std::printf("%-9s %7.1f Mpixel/s (best of %d)\n", instructions.c_str(), records.pixels / best / 1e6, rounds);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_latent_coder FILE.sinr\n");
    return 2;
  }
  try {
    run(argv[1]);
  } catch (const Error& error) {
    std::fprintf(stderr, "bench_latent_coder: %s\n", error.what());
    return 1;
  }
  return 0;
}
