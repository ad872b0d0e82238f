// The symbols of a .sinr of latent fields, a checksum a tile, for tests/long/latent_arm.sh. Each tile is coded and
// decoded again by every instruction set of this build and machine, which are named on stderr.
//   latent_arm FILE
#include <cstdio>
#include <fstream>
#include <iterator>

#include "sarinr/container/file.h"
#include "sarinr/field/instructions.h"

namespace {

using sarinr::Bytes;

std::uint32_t checksum(const sarinr::LatentGrids& grids) {
  sarinr::ByteWriter writer;
  for (const std::vector<std::int16_t>& grid : grids.symbols) {
    for (const std::int16_t symbol : grid) writer.u32(static_cast<std::uint32_t>(symbol));
  }
  return sarinr::crc32c(writer.view());
}

bool is_the_same(const sarinr::FileReader& file, int tile, const sarinr::TileContent& content, const std::string& set) {
  const auto coder = sarinr::LatentCoder::make(file.header().spec, file.shared(), set);
  std::vector<bool> coded;
  for (const sarinr::ChannelModel& channel : content.channels) {
    coded.push_back(channel.kind == sarinr::ChannelModel::Kind::network);
  }
  const sarinr::Extent core = file.grid().core(tile);
  const Bytes stream = coder->encode(content.latents, core, coded);
  const Bytes payload = *file.payload(tile);
  const bool same_bytes =
      stream.size() <= payload.size() &&
      std::equal(stream.begin(), stream.end(), payload.end() - static_cast<std::ptrdiff_t>(stream.size()));
  return same_bytes && coder->decode(stream, core, coded)->symbols == content.latents.symbols;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::ifstream in(arguments[1], std::ios::binary);
  const auto file = sarinr::FileReader::open(
      sarinr::memory_source(Bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>())));
  if (!file) return 2;
  for (const std::string& set : sarinr::instruction_sets()) std::fprintf(stderr, "%s ", set.c_str());
  for (int tile = 0; tile < (*file)->grid().count(); ++tile) {
    const auto content = (*file)->tile(tile);
    if (!content) return 1;
    std::printf("%d %08x\n", tile, checksum(content->latents));
    if (content->latents.empty()) continue;
    for (const std::string& set : sarinr::instruction_sets()) {
      if (!is_the_same(**file, tile, *content, set)) {
        std::fprintf(stderr, "tile %d differs with %s\n", tile, set.c_str());
        return 1;
      }
    }
  }
  return 0;
}
