#include "fit/cuda/latent_layout.h"

#include <algorithm>

#include "fit/latent_fit_kernels.h"

namespace sarinr::fused {

namespace {

/// Points of a chunk: enough of them that their sums are few.
constexpr int chunk_points = 1024;

/// Cuts `count` numbers from `first` on into chunks, each with `sums` sums of its own.
void cut(int first, int count, int network, int level, int sums, std::vector<LatentChunk>& chunks, int& partials) {
  for (int begin = 0; begin < count; begin += chunk_points) {
    chunks.push_back({first + begin, std::min(chunk_points, count - begin), network, level, partials});
    partials += sums;
  }
}

int weights_of(int inputs, int width, int outputs) {
  return width * (inputs + 1) + width * (width + 1) + outputs * (width + inputs + 1);
}

}  // namespace

LatentLayout::LatentLayout(const LatentGeometry& geometry) {
  const LatentShape& shape = geometry.shape;
  LatentArguments& a = arguments;
  a.channels = shape.channels;
  a.levels = shape.levels;
  a.neighbours = shape.neighbours;
  a.window_reach = shape.reach();
  a.entropy_width = shape.entropy_width;
  a.width = shape.width;
  a.region_width = geometry.target.region.width;
  a.region_height = geometry.target.region.height;
  for (int channel = 0; channel < shape.channels; ++channel) {
    if (geometry.is_active(channel)) a.active |= 1u << channel;
  }
  place_levels(geometry);
  place_axes(geometry);
  find_sources(geometry);
  place_weights(geometry);
  cut_chunks();
}

void LatentLayout::place_levels(const LatentGeometry& geometry) {
  LatentArguments& a = arguments;
  for (int l = 0; l < a.levels; ++l) {
    const NodeRange& free = geometry.free_nodes[static_cast<std::size_t>(l)];
    const NodeRange& seen = geometry.seen_nodes[static_cast<std::size_t>(l)];
    LatentLevel& level = a.level[l];
    level.column = free.column;
    level.row = free.row;
    level.columns = free.columns;
    level.rows = free.rows;
    level.seen_columns = seen.columns;
    level.seen_rows = seen.rows;
    level.reach = geometry.reach(l);
    level.nodes = a.free_count;
    level.seen = a.seen_count;
    level.around = a.around_count;
    level.draw_row = static_cast<std::uint32_t>(padded_count(static_cast<std::size_t>(free.columns)));
    const std::size_t grid = static_cast<std::size_t>(l) * static_cast<std::size_t>(a.channels);
    level.draw = geometry.draw_index[grid];
    if (a.channels > 1) level.draw_channel = geometry.draw_index[grid + 1] - geometry.draw_index[grid];
    a.free_count += a.channels * level.count();
    a.seen_count += a.channels * level.seen_count();
    a.around_count += a.channels * level.around_count();
    if (level.reach > 0) a.filtered_count = a.seen_count;
  }
}

LatentAxis LatentLayout::place(const NodeAxis& axis) {
  LatentAxis out;
  out.count = axis.count;
  out.stride = static_cast<int>(axis.stride);
  out.adjoint_length = static_cast<int>(axis.adjoint_length);
  const auto put = [](const auto& from, auto& to) {
    const int place = static_cast<int>(to.size());
    to.insert(to.end(), from.begin(), from.end());
    return place;
  };
  out.first = put(axis.first, axis_places);
  out.start = put(axis.start, axis_places);
  out.weights = put(axis.weights, axis_numbers);
  out.adjoint = put(axis.adjoint, axis_numbers);
  return out;
}

void LatentLayout::place_axes(const LatentGeometry& geometry) {
  for (int l = 1; l < arguments.levels; ++l) {
    LatentLevel& level = arguments.level[l];
    level.across = place(geometry.columns[static_cast<std::size_t>(l)]);
    level.down = place(geometry.rows[static_cast<std::size_t>(l)]);
    level.reduced = arguments.reduced_count;
    arguments.reduced_count += arguments.channels * level.across.count * arguments.region_height;
  }
}

void LatentLayout::find_sources(const LatentGeometry& geometry) {
  nodes.assign(static_cast<std::size_t>(arguments.seen_count), 0.0f);
  for (int l = 0; l < arguments.levels; ++l) {
    LatentLevel& level = arguments.level[l];
    level.sources = static_cast<int>(sources.size());
    level.seers = static_cast<int>(seer_starts.size());
    const std::vector<int> own = sources_of(geometry, l);
    sources.insert(sources.end(), own.begin(), own.end());
    add_seers(level, own);
    for (int channel = 0; channel < arguments.channels; ++channel) {
      const std::size_t grid = static_cast<std::size_t>(l) * static_cast<std::size_t>(arguments.channels) +
                               static_cast<std::size_t>(channel);
      for (const LatentGeometry::Known& known : geometry.known[grid]) {
        const int place = level.seen + channel * level.seen_count() + known.row * level.seen_columns + known.column;
        nodes[static_cast<std::size_t>(place)] = known.symbol;
      }
    }
  }
}

/// The free node that each seen one of a level repeats, or -1.
std::vector<int> LatentLayout::sources_of(const LatentGeometry& geometry, int number) const {
  const LatentLevel& level = arguments.level[number];
  const NodeRange& seen = geometry.seen_nodes[static_cast<std::size_t>(number)];
  const auto free_at = [&](int row, int column) {
    const int r = seen.row + row - level.row;
    const int c = seen.column + column - level.column;
    const bool is_free = r >= 0 && r < level.rows && c >= 0 && c < level.columns;
    return is_free ? r * level.columns + c : -1;
  };
  std::vector<int> own;
  own.reserve(static_cast<std::size_t>(level.seen_count()));
  for (int i = 0; i < level.seen_count(); ++i) own.push_back(free_at(i / level.seen_columns, i % level.seen_columns));
  for (const LatentGeometry::Copy& copy : geometry.copies[static_cast<std::size_t>(number)]) {
    const int to = copy.to_row * level.seen_columns + copy.to_column;
    own[static_cast<std::size_t>(to)] = free_at(copy.from_row, copy.from_column);
  }
  return own;
}

/// The same the other way round.
void LatentLayout::add_seers(const LatentLevel& level, const std::vector<int>& own) {
  std::vector<std::vector<int>> lists(static_cast<std::size_t>(level.count()));
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i] >= 0) lists[static_cast<std::size_t>(own[i])].push_back(static_cast<int>(i));
  }
  for (const std::vector<int>& list : lists) {
    seer_starts.push_back(static_cast<int>(seers.size()));
    seers.insert(seers.end(), list.begin(), list.end());
  }
  seer_starts.push_back(static_cast<int>(seers.size()));
}

void LatentLayout::place_weights(const LatentGeometry& geometry) {
  using namespace latent_tensor;
  const auto offset = [&](int tensor) {
    return static_cast<int>(geometry.tensors[static_cast<std::size_t>(tensor)].offset);
  };
  for (int tensor = 0; tensor < synthesis_count; ++tensor) arguments.synthesis_places[tensor] = offset(tensor);
  for (int channel = 0; channel < arguments.channels; ++channel) {
    for (int tensor = 0; tensor < entropy_count; ++tensor) {
      arguments.entropy_places[channel][tensor] = offset(of_channel(channel, static_cast<Entropy>(tensor)));
    }
  }
  const TensorInfo& last = geometry.tensors.back();
  arguments.weight_count = static_cast<int>(last.offset + last.size());
}

void LatentLayout::cut_chunks() {
  LatentArguments& a = arguments;
  cut(0, a.pixels(), -1, 0, weights_of(a.inputs(), a.width, a.channels), chunks, partial_count);
  a.pixel_chunks = static_cast<int>(chunks.size());
  int tap_sums = 0;
  for (int l = 0; l < a.levels; ++l) {
    const LatentLevel& level = a.level[l];
    for (int channel = 0; channel < a.channels; ++channel) {
      cut(level.nodes + channel * level.count(), level.count(), channel, l,
          weights_of(a.entropy_inputs(channel), a.entropy_width, 2), chunks, partial_count);
    }
    if (level.reach > 0) cut(level.seen, a.channels * level.seen_count(), 0, l, latent_taps, tap_chunks, tap_sums);
  }
  a.chunk_count = static_cast<int>(chunks.size());
  a.tap_chunk_count = static_cast<int>(tap_chunks.size());
}

}  // namespace sarinr::fused
