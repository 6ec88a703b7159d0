#include "options.hpp"

#include <dream/sdk/options.hpp>
#include <filesystem>

#include "shared/json.hpp"
#include "shared/programs.hpp"

namespace dream::ssh {

namespace {

namespace fs = std::filesystem;
using sdk::Failure;
using sdk::Result;

/// The absolute path of a file that an option names; it has to exist, as ssh would only warn.
Result<std::string> file_at(const sdk::Options& read, const char* name, const std::string& folder) {
  const std::string written = read.text(name).value_or("");
  if (written.empty()) return written;
  fs::path path(written);
  if (written.starts_with("~/")) {
    const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nobody changes it
    if (home == nullptr || *home == '\0')
      return Failure{DREAM_E_OPTIONS, "HOME isn't set, which " + written + " begins with",
                     "set it, or write an absolute path", std::string("/") + name};
    path = fs::path(home) / written.substr(2);
  }
  path = (fs::path(folder) / path).lexically_normal();
  if (plugins::is_file(path)) return path.string();
  return Failure{DREAM_E_OPTIONS, "there is no file " + path.string(),
                 "write its path, absolute, from ~/ or from the project's folder", std::string("/") + name};
}

/// "~/app" and "app" are the same: the home folder is where a login begins.
std::string far_folder(const std::string& written) {
  if (written == "~") return {};
  return written.starts_with("~/") ? written.substr(2) : written;
}

std::optional<Sync> read_sync(const rapidjson::Value& json) {
  if (json.IsBool()) return json.GetBool() ? std::optional<Sync>({.exclude = {".git"}}) : std::nullopt;
  if (!json.IsObject()) return std::nullopt;
  Sync sync{.exclude = {".git"}};
  if (const plugins::Json& exclude = plugins::json_at(json, {"exclude"}); exclude.IsArray()) {
    sync.exclude.clear();
    for (const auto& one : exclude.GetArray()) sync.exclude.push_back(plugins::json_text(one, {}));
  }
  sync.gitignore = plugins::json_flag(json, {"gitignore"});
  sync.removes = plugins::json_flag(json, {"delete"});
  return sync;
}

/// As ssh -L has it.
std::string forwarded(const rapidjson::Value& json) {
  const auto number = [](const rapidjson::Value& value) { return std::to_string(value.GetInt()); };
  if (json.IsInt()) return "127.0.0.1:" + number(json) + ":localhost:" + number(json);
  const rapidjson::Value& to = json["to"];
  const std::string target = to.IsInt() ? "localhost:" + number(to) : plugins::json_text(to, {});
  return "127.0.0.1:" + number(json["from"]) + ":" + target;
}

}  // namespace

Result<Options> read_options(std::string_view json, const std::string& folder) {
  const sdk::Options read(json);
  const auto identity = file_at(read, "identity", folder);
  if (!identity) return identity.failure();
  const auto config = file_at(read, "config", folder);
  if (!config) return config.failure();
  Options options{.host = read.text("host").value_or(""),
                  .user = read.text("user").value_or(""),
                  .identity = *identity,
                  .config = *config,
                  .directory = far_folder(read.text("directory").value_or("")),
                  .env = read.texts("env")};
  if (options.host.empty()) {
    return Failure{DREAM_E_OPTIONS, "there is no host", R"(set "host": "NAME": the machine that it runs on)"};
  }
  if (const auto port = read.number("port")) options.port = static_cast<int>(*port);
  options.sync = read_sync(plugins::json_at(read.json(), {"sync"}));
  if (options.sync && options.directory.empty()) {
    return Failure{DREAM_E_OPTIONS, "nothing says where the project's folder is to be copied",
                   R"(set "directory", the folder over there)", "/sync"};
  }
  if (const plugins::Json& forward = plugins::json_at(read.json(), {"forward"}); forward.IsArray()) {
    for (const auto& one : forward.GetArray()) options.forward.push_back(forwarded(one));
  }
  return options;
}

}  // namespace dream::ssh
