#include "fit/engine_module.h"

#include <dlfcn.h>

#include <filesystem>

#include "sarinr/base/error.h"
#include "sarinr/base/module.h"

namespace sarinr {

namespace {

bool legal_device(const std::string& device) {
  if (device == "auto" || device == "cpu" || device == "cuda") return true;
  if (!device.starts_with("cuda:") || device.size() < 6 || device.size() > 7) return false;
  return device.find_first_not_of("0123456789", 5) == std::string::npos;
}

}  // namespace

void* engine_symbol(const std::string& name, const std::string& setting, const char* symbol) {
  const std::string path = module_path("engine_" + name + ".so");
  // Never closed: LibTorch does not survive being unloaded. Local: its symbols must not meet GDAL's.
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* reason = dlerror();
    throw Error("the " + name + " engine cannot be opened (" +
                std::string(reason != nullptr ? reason : "unknown reason") + "): build sarinr with " + setting +
                "=ON, or choose another --engine");
  }
  void* found = dlsym(module, symbol);
  if (found == nullptr) throw Error(path + " is not a module of this version", ErrorKind::internal);
  return found;
}

bool may_have_gpu() { return std::filesystem::exists("/dev/nvidiactl") || std::filesystem::exists("/dev/nvidia0"); }

Processor choose_processor(const EngineOptions& options, const std::string& work) {
  require_device(options.device);
  if (options.engine == "cuda") return Processor::cuda;
  if (options.engine != "auto" && options.engine != "cpu") {
    const bool is_other = options.engine == "torch";
    throw Error((is_other ? "the torch engine does not do this: " : "unknown engine '" + options.engine + "': ") +
                work + " by auto, cpu, cuda");
  }
  const bool gpu_is_named = options.device.starts_with("cuda");
  if (options.engine == "cpu" && gpu_is_named) {
    throw Error("the cpu engine does not run on " + options.device + ": give --device cpu, or --engine cuda");
  }
  if (gpu_is_named) return Processor::cuda;
  const bool may_look = options.engine == "auto" && options.device == "auto";
  return may_look && may_have_gpu() ? Processor::cuda_if_any : Processor::cpu;
}

void require_device(const std::string& device) {
  if (legal_device(device)) return;
  throw Error("unknown device '" + device + "': the devices are auto, cpu, cuda and cuda:N");
}

}  // namespace sarinr
