#pragma once

#include <climits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sarinr/base/trace.h"
#include "sarinr/container/part_file.h"
#include "sarinr/scene/jobs.h"
#include "sarinr/scene/latent.h"
#include "sarinr/scene/ranks.h"

namespace sarinr {

/// Tiles `first` to `last` of a job's. They are numbered through the scene and then its overviews, finest first.
struct TileRange {
  int first = 0;
  int last = INT_MAX;
  bool operator==(const TileRange&) const = default;
};

/// Whether a part file's entry is a finished tile.
bool is_tile(const PartFile::Entry& entry);

/// Whether it is the networks of a scene's latent fields.
bool is_latent_start(const PartFile::Entry& entry);

/// How many tiles a job has, those of its overviews included.
int tile_count(const RasterInfo& info, const FitJob& job);
int tile_count(const RasterInfo& info, const LatentJob& job);

/// "A-B": tiles A to B; "K/N": the K-th of N parts of about the same size, from 1. Throws an Error where that is
/// neither or not within `count` tiles.
TileRange parse_tiles(const std::string& text, int count);

/// What a job is, for the part file that keeps its unfinished work: version, options, input and tiles.
std::string describe(const FitJob& job, const RasterSource& source, const std::optional<TileRange>& tiles);

/// The same of latent fields.
std::string describe(const LatentJob& job, const RasterSource& source, const std::optional<TileRange>& tiles);

/// The job that such a description is of; nothing where it is of coordinate networks.
std::optional<LatentJob> described_latent_job(const std::string& description);

/// Why the work described by `before` cannot go on as `now`, naming the first thing that changed ("it was begun with
/// --epochs 200, and this is --epochs 100"); empty where it can.
std::string difference(const std::string& before, const std::string& now);

/// Where a fit keeps its work, and who shares it.
struct FitPlace {
  PartFile* part = nullptr;  ///< nullptr on all ranks but the first
  TileRange tiles;
  Ranks* ranks = nullptr;  ///< nullptr: this process is alone
  Trace* trace = nullptr;
};

/// Fits the tiles that the part file does not have yet. Calls, over all its resumptions, ranks and parts, leave entries
/// that make the same file.
void fit_tiles(RasterSource& source, const FitJob& job, const std::function<std::unique_ptr<Engine>()>& make,
               const FitPlace& place, JobListener& listener);

/// Rank 0 has nothing to do: tells the others, who are in fit_tiles.
void dismiss(Ranks& ranks);

/// One of the part files that together hold all tiles of a job.
struct NamedPart {
  std::string name;  ///< for messages
  const PartFile* part = nullptr;
};

/// Writes the .sinr that part files hold between them, but does not commit the sink. Throws an Error where they are of
/// different jobs, disagree, or tiles are missing.
FitReport write_field_file(const std::vector<NamedPart>& parts, ByteSink& sink);

/// Fits tiles of a scene of latent fields that the part file does not have yet, in order, each beside those before it
/// in the part, and the overviews whose first tile is among them. The networks are those of the whole scene, trained
/// anew in each part from the same samples. False, and nothing done, where there is nothing to share: the raster is a
/// single tile, or none of its tiles varies.
bool fit_latent_part(RasterSource& source, const LatentJob& job, const LatentEngine& engine, const TileRange& tiles,
                     PartFile& part, JobListener& listener);

/// Shares a scene of latent fields among ranks, each of which fits a part of about the same size. On rank 0 `part` then
/// holds all there is to fit, and fit_latent_raster measures and writes; other ranks have none. What was in it before
/// is not fitted again, whichever ranks fitted it.
void share_latent_tiles(RasterSource& source, const LatentJob& job, const LatentEngine& engine, PartFile* part,
                        Ranks& ranks, JobListener& listener);

/// What part files of one job of latent fields hold between them, as unfinished work of the raster that has all its
/// tiles: fit_latent_raster then only measures and writes. Of a tile that several parts hold, the first one's counts.
/// Throws an Error where they are of different jobs or of another raster, disagree about the networks, or tiles are
/// missing; `raster` names the source in messages.
std::unique_ptr<PartFile> join_latent_parts(const std::vector<NamedPart>& parts, const RasterSource& source,
                                            const std::string& raster);

/// Warns of what is unusual about a fit as a whole.
void warn_of(const FitReport& report, const RasterInfo& info, JobListener& listener);

/// Why a finished file is not what this job would make of a raster of that description, naming what differs; empty
/// where it may be. Pixels are not compared.
std::string difference(const FileHeader& header, const FitJob& job, const RasterInfo& info);
std::string difference(const FileHeader& header, const LatentJob& job, const RasterInfo& info);

}  // namespace sarinr
