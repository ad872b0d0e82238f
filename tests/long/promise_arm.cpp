// Writes planes of indices and what they stand for, or decodes them again, for tests/long/promise_arm.sh:
//   promise_arm encode STREAM        promise_arm decode STREAM VALUES
#include <bit>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "codec/sample_quantiser.h"
#include "sarinr/codec/plane.h"

namespace {

using sarinr::Bytes;
using sarinr::IndexPlane;
using sarinr::SampleQuantiser;

constexpr int side = 300;

std::vector<IndexPlane> made_planes() {
  std::uint32_t state = 7;
  const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 9; };
  std::vector<IndexPlane> planes(4, IndexPlane{side, side, {}, {}, false});
  planes[0].logarithmic = true;
  for (int i = 0; i < side * side; ++i) {
    const int ramp = 40 + i % side + i / side;
    planes[0].indices.push_back(ramp + next() % static_cast<unsigned>(ramp));
    planes[1].indices.push_back(planes[0].indices.back() / 3 + next() % 5);
    planes[2].indices.push_back(static_cast<std::int64_t>(next()) * (i % 3 == 0 ? 1 : -1));
    planes[3].indices.push_back(i % 5 == 0 && i % side != 0 ? planes[3].indices.back() : next() % 3000);
  }
  return planes;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3 && std::string(arguments[1]) == "encode") {
    const Bytes stream = sarinr::encode_planes(made_planes());
    std::ofstream(arguments[2], std::ios::binary)
        .write(reinterpret_cast<const char*>(stream.data()), static_cast<std::streamsize>(stream.size()));
    return 0;
  }
  if (count != 4 || std::string(arguments[1]) != "decode") return 2;
  std::ifstream in(arguments[2], std::ios::binary);
  const Bytes stream((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::vector<IndexPlane> planes(4, IndexPlane{side, side, {}, {}, false});
  planes[0].logarithmic = true;
  if (!sarinr::decode_planes(stream, planes)) return 1;
  const std::vector<IndexPlane> wanted = made_planes();
  std::ofstream out(arguments[3]);
  using Form = SampleQuantiser::Form;
  const SampleQuantiser quantisers[] = {{Form::geometric, 1.0592537, 3e38},
                                        {Form::uniform, 0.49999, 3e38},
                                        {Form::bits, 0, 3e38},
                                        {Form::intervals, 1.0292005, 65535, 21}};
  for (std::size_t p = 0; p < planes.size(); ++p) {
    if (planes[p].indices != wanted[p].indices) return 1;
    for (const std::int64_t index : planes[p].indices) {
      out << std::bit_cast<std::uint64_t>(quantisers[p].value(index)) << '\n';
    }
  }
  return 0;
}
