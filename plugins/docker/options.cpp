#include "options.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <dream/sdk/options.hpp>
#include <initializer_list>
#include <utility>

#include "shared/size.hpp"

namespace dream::docker {

namespace {

std::optional<Words> words_at(const sdk::Options& options, const char* name) {
  if (auto line = options.text(name)) return Words(*std::move(line));
  if (options.has(name)) return Words(options.texts(name));
  return std::nullopt;
}

BuildOptions read_build(const Json& json) {
  const sdk::Options build(to_text(json));
  return {.context = build.text("context").value_or("."),
          .dockerfile = build.text("dockerfile").value_or(""),
          .arguments = build.table("args"),
          .target = build.text("target").value_or("")};
}

/// A port, or a range of them.
struct PortRange {
  int first = 0;
  int last = 0;
  [[nodiscard]] int size() const { return last - first + 1; }
};

std::optional<PortRange> parse_range(std::string_view text) {
  constexpr int highest = 65535;
  PortRange range;
  const char* end = text.data() + text.size();
  std::from_chars_result read = std::from_chars(text.data(), end, range.first);
  range.last = range.first;
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == '-') {
    read = std::from_chars(read.ptr + 1, end, range.last);
  }
  const bool good = read.ec == std::errc() && read.ptr == end && range.first > 0 && range.last <= highest;
  return good && range.size() > 0 ? std::optional(range) : std::nullopt;
}

Result<std::vector<PortBinding>> read_ports(const Json& json) {
  std::vector<PortBinding> all;
  if (!json.IsArray()) return all;
  for (rapidjson::SizeType index = 0; index < json.Size(); ++index) {
    const std::string text = json[index].IsString() ? json[index].GetString() : to_text(json[index]);
    const auto some = parse_port(text, "/ports/" + std::to_string(index));
    if (!some) return some.failure();
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

Result<std::optional<Gpus>> read_gpus(const Json& json) {
  if (json.IsNull()) return std::optional<Gpus>();
  if (json.IsInt64() && json.GetInt64() > 0) return std::optional(Gpus{json.GetInt64(), {}});
  const std::string text = json.IsString() ? json.GetString() : "";
  if (text == "all") return std::optional(Gpus{-1, {}});
  constexpr std::string_view prefix = "device=";
  if (!text.starts_with(prefix) || text.size() == prefix.size()) {
    return wrong_setting("/gpus", "this is no choice of GPUs", R"(use "all", a number, or "device=ID,ID")");
  }
  Gpus gpus;
  for (std::size_t begin = prefix.size(); begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    gpus.devices.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return std::optional(std::move(gpus));
}

Result<void> read_limits(const Json& json, Options& options) {
  if (const Json& memory = json_at(json, {"memory"}); !memory.IsNull()) {
    const auto size = plugins::parse_size(memory.IsString() ? memory.GetString() : to_text(memory));
    if (!size)
      return wrong_setting("/memory", "this is no amount of memory", R"(write it like "512m" or "2g")");
    if (*size < plugins::least_memory)
      return wrong_setting("/memory", "no container runs with less than 6 MiB", R"(for example "64m")");
    options.memory = *size;
  }
  if (const Json& cpus = json_at(json, {"cpus"}); cpus.IsNumber()) {
    options.nano_cpus = std::llround(cpus.GetDouble() * 1e9);
    if (options.nano_cpus <= 0) return wrong_setting("/cpus", "the number of CPUs has to be more than 0");
  }
  return {};
}

/// A line for a shell, or an argv, in the engine's words.
std::vector<std::string> test_of(const Words& words) {
  if (const auto* line = std::get_if<std::string>(&words)) return {"CMD-SHELL", *line};
  std::vector<std::string> test{"CMD"};
  const auto& argv = std::get<std::vector<std::string>>(words);
  test.insert(test.end(), argv.begin(), argv.end());
  return test;
}

Result<std::optional<HealthCheck>> read_health_check(const Json& json) {
  if (!json.IsObject()) return std::optional<HealthCheck>();
  const auto number = [&](const char* name) {
    const Json& value = json_at(json, {name});
    return value.IsInt64() ? value.GetInt64() : 0;
  };
  HealthCheck check{.test = {},
                    .interval_ms = number("interval"),
                    .timeout_ms = number("timeout"),
                    .start_period_ms = number("startPeriod"),
                    .start_interval_ms = number("startInterval"),
                    .retries = number("retries")};
  const sdk::Options read(to_text(json));
  if (const auto test = words_at(read, "test")) check.test = test_of(*test);
  if (!read.flag("disable").value_or(false)) return std::optional(std::move(check));
  if (!check.test.empty())
    return wrong_setting("/healthcheck", "it has a test, and is disabled", "leave one of them out");
  check.test = {"NONE"};
  return std::optional(std::move(check));
}

/// Those that every engine has, and the network of another container ("container:ID"), know no names.
bool has_names(const std::string& network) {
  constexpr std::array<std::string_view, 4> nameless{"bridge", "default", "host", "none"};
  return std::ranges::find(nameless, network) == nameless.end() && network.find(':') == std::string::npos;
}

Result<std::vector<Volume>> read_volumes(const std::vector<std::string>& texts) {
  std::vector<Volume> volumes;
  for (std::size_t index = 0; index < texts.size(); ++index) {
    Result<Volume> volume = parse_volume(texts[index], "/volumes/" + std::to_string(index));
    if (!volume) return volume.failure();
    volumes.push_back(*std::move(volume));
  }
  return volumes;
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

}  // namespace

Result<std::vector<PortBinding>> parse_port(const std::string& text, const std::string& where) {
  const auto bad = [&] {
    return wrong_setting(where, "\"" + text + "\" is no port",
                         R"(write it like "8080:80", "127.0.0.1:5432:5432" or "53/udp")");
  };
  std::string_view rest(text);
  std::string protocol = "tcp";
  if (const std::size_t slash = rest.rfind('/'); slash != std::string_view::npos) {
    protocol = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") return bad();
  const std::size_t colon = rest.rfind(':');
  const auto inside = parse_range(colon == std::string_view::npos ? rest : rest.substr(colon + 1));
  if (!inside) return bad();
  std::string_view host = colon == std::string_view::npos ? std::string_view() : rest.substr(0, colon);
  std::string ip;
  if (const std::size_t split = host.rfind(':'); split != std::string_view::npos) {
    ip = host.substr(0, split);
    host = host.substr(split + 1);
    if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
    // An empty one, of a variable without a value, is none.
    if (split > 0 && !is_ip_address(ip)) return bad();
  }
  std::optional<PortRange> outside;
  if (!host.empty()) {
    outside = parse_range(host);
    if (!outside) return bad();
    // One port inside: the engine takes the first of those outside that is free.
    if (inside->size() == 1)
      return std::vector<PortBinding>{
          {std::to_string(inside->first) + "/" + protocol, ip, std::string(host)}};
    if (outside->size() != inside->size()) return bad();
  }
  std::vector<PortBinding> all;
  all.reserve(static_cast<std::size_t>(inside->size()));
  for (int index = 0; index < inside->size(); ++index) {
    all.push_back({std::to_string(inside->first + index) + "/" + protocol, ip,
                   outside ? std::to_string(outside->first + index) : std::string()});
  }
  return all;
}

Result<Volume> parse_volume(const std::string& text, const std::string& where) {
  const auto bad = [&] {
    return wrong_setting(where, "\"" + text + "\" names no absolute path in the container",
                         R"(write it like "./conf:/etc/conf:ro" or "data:/var/lib/data")");
  };
  if (text.starts_with('/') && text.find(':') == std::string::npos) return Volume{.target = text};
  // The last one that can be it: a source may have colons, and a mode has no slash.
  const std::size_t split = text.rfind(":/");
  if (split == std::string::npos || split == 0) return bad();
  Volume volume{.source = text.substr(0, split), .target = text.substr(split + 1)};
  if (const std::size_t colon = volume.target.find(':'); colon != std::string::npos) {
    volume.mode = volume.target.substr(colon + 1);
    volume.target.erase(colon);
  }
  const bool is_path = volume.source.find_first_of("./~") == 0;
  if (volume.has_colon() && !is_path) return bad();
  return volume;
}

Result<Options> read_options(std::string_view json) {
  const sdk::Options read(json);
  const auto ports = read_ports(json_at(read.json(), {"ports"}));
  if (!ports) return ports.failure();
  const auto gpus = read_gpus(json_at(read.json(), {"gpus"}));
  if (!gpus) return gpus.failure();
  const auto volumes = read_volumes(read.texts("volumes"));
  if (!volumes) return volumes.failure();
  auto health_check = read_health_check(json_at(read.json(), {"healthcheck"}));
  if (!health_check) return health_check.failure();
  auto sandbox = read_sandbox(read.json());
  if (!sandbox) return sandbox.failure();
  Options options{.image = read.text("image").value_or(""),
                  .build = std::nullopt,
                  .command = words_at(read, "command"),
                  .entrypoint = std::nullopt,
                  .workdir = read.text("workdir").value_or(""),
                  .mount = std::nullopt,
                  .volumes = *volumes,
                  .ports = *ports,
                  .network = read.text("network").value_or(""),
                  .aliases = read.texts("aliases"),
                  .sandbox = *std::move(sandbox),
                  .user = read.text("user"),
                  .env = read.texts("env"),
                  .platform = read.text("platform").value_or(""),
                  .init = read.flag("init").value_or(true),
                  .gpus = *gpus,
                  .labels = read.table("labels"),
                  .health_check = *std::move(health_check),
                  .host = read.text("host")};
  if (const Json& build = json_at(read.json(), {"build"}); build.IsObject())
    options.build = read_build(build);
  // A lone text is a program, as for docker run.
  if (read.has("entrypoint")) {
    options.entrypoint = read.texts("entrypoint");
    if (*options.entrypoint == std::vector<std::string>{""}) options.entrypoint->clear();
  }
  if (const auto mount = read.text("mount")) options.mount = *mount == "project";
  if (const auto pull = read.text("pull")) {
    options.pull = *pull == "always" ? Pull::always : *pull == "never" ? Pull::never : Pull::missing;
  }
  if (options.image.empty() && !options.build) {
    return wrong_setting("", "there is neither an image nor a build",
                         R"(set "image": "NAME" or "build": {})");
  }
  if (!options.image.empty() && options.build) {
    return wrong_setting("/image", "there are both an image and a build", "leave one of them out");
  }
  if (!options.aliases.empty() && !has_names(options.network)) {
    return wrong_setting("/aliases", "there are no names on the network \"" + options.network + "\"",
                         "leave one of them out: a run has a network of its own, where names are");
  }
  if (const Result<void> limits = read_limits(read.json(), options); !limits) return limits.failure();
  auto swarm = read_swarm(read.json(), options);
  if (!swarm) return swarm.failure();
  options.swarm = *std::move(swarm);
  return options;
}

}  // namespace dream::docker
