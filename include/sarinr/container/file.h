#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sarinr/base/storage.h"
#include "sarinr/codec/latent.h"
#include "sarinr/codec/speckle.h"
#include "sarinr/codec/tile.h"
#include "sarinr/container/header.h"

namespace sarinr {

struct Places;

/// What a file spends on what, in bytes.
struct FileSizes {
  std::uint64_t file = 0;
  std::uint64_t metadata = 0;  ///< compressed, within the header; and the channels' summary
  std::uint64_t shared = 0;    ///< the shared weights' record
  std::uint64_t tiles = 0;     ///< payloads of the tile records
  std::uint64_t overviews = 0;
  std::uint64_t speckle = 0;  ///< what is kept of the speckle that the fields lack
  std::uint64_t overhead() const { return file - metadata - shared - tiles - overviews - speckle; }
};

/// Writes a .sinr in one pass: header, shared weights if any, tile records in tile order, index.
class FileWriter {
 public:
  FileWriter(ByteSink& sink, const FileHeader& header);
  /// At most once, before the first tile; of latent fields, exactly once. Networks that LatentCoder does not take are
  /// an internal Error.
  void write_shared(const QuantisedWeights& shared);
  /// The next tile's payload (encode_tile).
  void append_tile(ByteView payload);
  /// Behind the last tile, finest first: a .sinr of the scene reduced by `factor` along each axis.
  void append_overview(int factor, ByteView file);
  /// Index and end mark; all tiles must have been appended. Does not commit the sink. `speckle`: what is kept of it,
  /// for the header's bands and grid; no channels: nothing.
  void finish(const std::vector<ChannelSummary>& summary, const SpeckleModel& speckle = {});
  /// What has been written so far.
  FileSizes sizes() const { return sizes_; }

 private:
  void emit(ByteView bytes);
  void emit_record(ByteView payload, std::uint32_t checksum_seed);
  ByteSink& sink_;
  FieldSpec spec_;
  TileGrid grid_;
  int channel_count_;
  std::uint32_t header_checksum_ = 0;
  bool shared_written_ = false;
  std::vector<std::uint64_t> record_sizes_;
  std::vector<std::pair<int, std::uint64_t>> overviews_;
  FileSizes sizes_;
};

/// What a reader does with a file that is damaged elsewhere than in its header.
enum class OnDamage {
  refuse,  ///< opening fails where index or shared weights are damaged; reading a damaged tile always fails
  accept   ///< opens what is left: finds tiles without the index, puts a flipped bit of the shared weights right
};

/// Something of a file that is damaged or lost.
struct Damage {
  int overview = 0;          ///< factor of the overview that it lies in; 0: the scene itself
  int tile = -1;             ///< -1: no tile; the first where several are lost
  int tiles = 0;             ///< how many
  std::uint64_t offset = 0;  ///< first byte of the damaged part, and its bytes; 0 where it was not found
  std::uint64_t size = 0;
  std::string sentence;  ///< without a full stop
};

/// Reads a .sinr. Opening reads header and index; a tile is read alone, by its offset. Thread-safe after opening.
class FileReader {
 public:
  /// Refuses, with a sentence, what is no .sinr, of another version or damaged in its header; and, unless damage is
  /// accepted, what is truncated or damaged in index or shared weights.
  static Result<std::shared_ptr<const FileReader>> open(std::unique_ptr<ByteSource> source,
                                                        OnDamage on_damage = OnDamage::refuse);

  const FileHeader& header() const { return header_; }
  const TileGrid& grid() const { return grid_; }
  /// NaN where the index was damaged.
  const std::vector<ChannelSummary>& summary() const;
  /// No tensors where the file has none.
  const QuantisedWeights& shared() const { return shared_; }
  /// The coder of the tiles' latent grids; nullptr where the fields are coordinate networks.
  const LatentCoder* latent_coder() const { return latent_coder_ ? &*latent_coder_ : nullptr; }
  FileSizes sizes() const;
  /// What is kept of the speckle that the fields lack: no channels where nothing is.
  Result<SpeckleModel> speckle() const;
  /// Bytes of a tile's record and the first of them; 0 where it is lost.
  std::uint64_t record_size(int tile) const;
  std::uint64_t record_offset(int tile) const;

  /// The checked payload of a tile's record; the failure names the tile and its bytes.
  Result<Bytes> payload(int tile) const;
  Result<TileContent> tile(int tile) const;

  /// Reduced scenes stored beside the tiles, finest first: a pixel of one is `factor` native pixels wide and high (a
  /// little less where the scene's size is no multiple).
  int overview_count() const;
  int overview_factor(int index) const;
  /// The bytes of one: a .sinr.
  std::unique_ptr<ByteSource> overview(int index) const;

  /// What opening had to accept.
  const std::vector<Damage>& damage() const { return damage_; }
  /// Reads and decodes all of the file, overviews too, and says what is damaged, in file order; what is lost behind the
  /// last record found as one damage.
  std::vector<Damage> verify() const;

 private:
  FileReader(std::unique_ptr<ByteSource> source, FileHeader header);
  std::string place(int tile) const;
  TileContext context(int tile) const;
  Result<bool> read_shared();
  Result<bool> take_shared(ByteView payload);
  std::shared_ptr<const ByteSource> source_;
  FileHeader header_;
  TileGrid grid_;
  std::shared_ptr<const Places> places_;
  QuantisedWeights shared_;
  std::optional<LatentCoder> latent_coder_;
  bool shared_lost_ = false;
  std::vector<Damage> damage_;
  std::uint64_t metadata_size_ = 0;
};

}  // namespace sarinr
