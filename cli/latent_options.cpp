#include "latent_options.h"

#include "sarinr/base/error.h"
#include "sarinr/fit/latent.h"

namespace sarinr::cli {

namespace {

constexpr const char* group = "Latent fields";
/// Options that say nothing unless a latent field is fitted, and make one the default.
constexpr const char* goals[] = {"--bpp", "--psnr", "--rmse-db", "--lambda", "--preset", "--effort", "--keep-speckle"};
/// Options of coordinate networks alone.
constexpr const char* coordinate_options[] = {"--arch",
                                              "--width",
                                              "--depth",
                                              "--overlap",
                                              "--weight-bits",
                                              "--init",
                                              "--lr",
                                              "--schedule",
                                              "--target-psnr",
                                              "--target-rmse-db",
                                              "--self-activation",
                                              "--activation-epochs",
                                              "--activation-lr",
                                              "--activation-lambda",
                                              "--precision"};

bool given(const CLI::App& app, const char* option) { return app.get_option(option)->count() > 0; }

std::string preset_help() {
  std::string help = "what to aim at where no number is given:";
  for (const LatentPreset& preset : latent_presets) {
    help += std::string(help.back() == ':' ? " " : "; ") + preset.name + " (" +
            std::to_string(preset.rmse_db).substr(0, 3) + " dB RMSE, PSNR " +
            std::to_string(static_cast<int>(preset.psnr)) + " dB where values are no backscatter: " + preset.meaning +
            ")";
  }
  return help;
}

}  // namespace

void LatentOptions::declare(CLI::App& app) {
  app.add_option("--field", field,
                 "coordinate: a network a tile (the options above); latent: coded grids and one small network a scene. "
                 "Default: latent where a rate or quality is asked for, else coordinate")
      ->check(CLI::IsMember({"coordinate", "latent"}))
      ->group(group);
  app.add_option("--bpp", job.bits, "bits a pixel of the whole file, preserved metadata not counted")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--psnr", job.psnr, "PSNR to reach, dB over the raster's value range")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--rmse-db", job.rmse_db, "root mean square error to reach, dB; for amplitude, power and dB bands")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--lambda", job.lambda,
                 "what a bit a pixel is worth, in squared deviations of the scene's values: 0.01 is a high quality, "
                 "0.5 a low one")
      ->check(CLI::PositiveNumber)
      ->group(group);
  std::vector<std::string> names;
  for (const LatentPreset& known : latent_presets) names.emplace_back(known.name);
  app.add_option("--preset", preset, preset_help())->check(CLI::IsMember(names))->group(group);
  app.add_option("--effort", job.effort, "1 (a draft) to 9 (as small as it gets); every step takes some twice as long")
      ->check(CLI::Range(least_latent_effort, greatest_latent_effort))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--keep-speckle", job.keep_speckle,
               "keep what the fields lack of the speckle (about 14 bytes and 0.5 a block of 32x32 pixels), so that "
               "sarinr render --speckle can put it back")
      ->group(group);
  app.add_option("--levels", job.levels, "grids, of 1, 2, 4, ... pixels' spacing")
      ->check(CLI::Range(1, 7))
      ->capture_default_str()
      ->group(group);
  app.add_option("--neighbours", job.neighbours,
                 "symbols that the entropy network sees: 12 or 24; 0: as the file's bits suggest")
      ->capture_default_str()
      ->group(group);
  app.add_option("--entropy-width", job.entropy_width,
                 "neurons of the entropy network's layers, 4 to 16; 0: as the file's bits suggest")
      ->check(CLI::Range(0, 16))
      ->capture_default_str()
      ->group(group);
  app.add_option("--synthesis-width", job.width,
                 "neurons of the synthesis network's layers; 0: as the file's bits suggest")
      ->check(CLI::Range(0, 32))
      ->capture_default_str()
      ->group(group);
}

bool LatentOptions::wanted(const CLI::App& app) const {
  const char* asked = nullptr;
  for (const char* option : goals) {
    if (given(app, option)) asked = option;
  }
  if (field == "coordinate") {
    if (asked != nullptr) {
      throw Error(std::string(asked) +
                  " is for latent fields, but --field coordinate asks for coordinate networks: "
                  "leave one of them out");
    }
    return false;
  }
  if (field.empty() && asked == nullptr) return false;
  for (const char* option : coordinate_options) {
    if (!given(app, option)) continue;
    throw Error(std::string(option) + " is for coordinate networks, but " +
                (field.empty() ? std::string(asked) : "--field latent") +
                " asks for a latent field: leave one of them out");
  }
  return true;
}

LatentJob LatentOptions::complete_job(const CLI::App& app, int tile_size, int epochs, std::uint64_t seed) const {
  LatentJob out = job;
  if (given(app, "--tile-size")) out.tile_size = tile_size;
  if (given(app, "--epochs")) out.steps = epochs;
  out.seed = seed;
  if (!preset.empty()) {
    if (out.bits || out.psnr || out.rmse_db || out.lambda) {
      throw Error("--preset " + preset + " stands for a quality: leave out --bpp, --psnr, --rmse-db and --lambda");
    }
    out.preset = preset;
  }
  complete(out, OptionStyle::command_line);
  return out;
}

}  // namespace sarinr::cli
