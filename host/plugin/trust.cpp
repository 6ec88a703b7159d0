#include "plugin/trust.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <sha2.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "plugin/file_owner.hpp"
#include "plugin/place.hpp"

namespace dream::plugin {

namespace {

namespace fs = std::filesystem;

/// The hash of each confirmed file, by its path.
using Confirmations = std::map<std::string, std::string, std::less<>>;

Error refused(const fs::path& path, std::string what, std::string hint = {}) {
  return {ErrorCode::io, std::move(what), path.string(), std::move(hint)};
}

Result<Confirmations> parse(const fs::path& file, const std::string& text) {
  const Error damaged = refused(file, "is damaged, so that it can't be told which plugins are confirmed",
                                "repair it, or delete it and confirm them again");
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  if (document.HasParseError() || !document.IsObject()) return damaged;
  const auto plugins = std::as_const(document).FindMember("plugins");
  if (plugins == std::as_const(document).MemberEnd() || !plugins->value.IsObject()) return damaged;
  Confirmations confirmations;
  for (const auto& entry : plugins->value.GetObject()) {
    if (!entry.value.IsString()) return damaged;
    confirmations[{entry.name.GetString(), entry.name.GetStringLength()}] = entry.value.GetString();
  }
  return confirmations;
}

Result<Confirmations> read(const fs::path& file) {
  if (file.empty()) return Confirmations{};
  if (auto safe = check_owner(file); !safe) {
    Error error = safe.error();
    error.code = ErrorCode::io;
    return error;
  }
  std::error_code failure;
  if (!fs::exists(file, failure) && !failure) return Confirmations{};
  const std::ifstream stream(file, std::ios::binary);
  if (!stream) return refused(file, "can't be read, so that it can't be told which plugins are confirmed");
  std::ostringstream text;  // that of a folder, which can be opened but not read, is empty
  text << stream.rdbuf();
  return parse(file, text.str());
}

std::string text_of(const Confirmations& confirmations) {
  std::string text = "{\"plugins\": {";
  const char* before = "\n  ";
  for (const auto& [path, sha256] : confirmations) {
    text += before + json_string(path) + ": " + json_string(sha256);
    before = ",\n  ";
  }
  return text + "\n}}\n";
}

/// Under its name it appears whole or not at all.
Result<void> replace(const fs::path& file, const std::string& text) {
  std::string unfinished = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(unfinished.data(), O_CLOEXEC);
  if (descriptor < 0) return refused(file, std::string("can't be written: ") + std::strerror(errno));
  int problem = write_all(descriptor, text);
  if (problem == 0 && ::fsync(descriptor) != 0) problem = errno;
  ::close(descriptor);
  if (problem == 0 && ::rename(unfinished.c_str(), file.c_str()) == 0) return {};
  if (problem == 0) problem = errno;
  ::unlink(unfinished.c_str());
  return refused(file, std::string("can't be written: ") + std::strerror(problem));
}

}  // namespace

Result<Fingerprint> fingerprint_of(const fs::path& path) {
  std::error_code failure;
  const fs::path file = fs::canonical(path, failure);
  if (failure) return refused(path, "can't be read: " + failure.message());
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return refused(path, "can't be read", "check its permissions");
  SHA2_CTX hash;
  SHA256Init(&hash);
  std::array<char, std::size_t{64} * 1024> block{};
  while (stream.read(block.data(), block.size()) || stream.gcount() > 0) {
    SHA256Update(&hash, reinterpret_cast<const std::uint8_t*>(block.data()),
                 static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return refused(path, "can't be read to its end");
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256Final(digest.data(), &hash);
  Fingerprint fingerprint{file.string(), {}};
  for (const unsigned char byte : digest) fingerprint.sha256 += fmt::format("{:02x}", byte);
  return fingerprint;
}

Result<void> Trust::check(const fs::path& plugin) const {
  if (everything) return {};
  const auto confirmations = read(file);
  if (!confirmations) return confirmations.error();
  const auto now = fingerprint_of(plugin);
  if (!now) return now.error();
  const auto known = confirmations->find(now->path);
  if (known != confirmations->end() && known->second == now->sha256) return {};
  return Error{
      ErrorCode::plugin,
      known == confirmations->end()
          ? "is not loaded: it comes with this workspace, and you haven't confirmed it"
          : "is not loaded: it has changed since you confirmed it",
      plugin.string(),
      fmt::format("if you trust it, run `dream plugin trust {}`, or dream with --trust for this once",
                  shell_quoted(now->path))};
}

Result<void> Trust::remember(const Fingerprint& confirmed) const {
  if (file.empty()) return refused({}, "there is no folder for the confirmations", "set HOME");
  const fs::path folder = file.parent_path();
  if (auto made = make_private_folder(folder); !made) return made;
  // One dream at a time, or the confirmation of the other would be lost.
  const int lock = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock >= 0) ::flock(lock, LOCK_EX);
  const auto add = [&]() -> Result<void> {
    auto confirmations = read(file);
    if (!confirmations) return confirmations.error();
    (*confirmations)[confirmed.path] = confirmed.sha256;
    return replace(file, text_of(*confirmations));
  };
  Result<void> added = add();
  if (lock >= 0) ::close(lock);
  return added;
}

}  // namespace dream::plugin
