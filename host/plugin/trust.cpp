#include "plugin/trust.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sha2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/locked_file.hpp"
#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "plugin/confirmations.hpp"
#include "plugin/elf_check.hpp"
#include "plugin/file_owner.hpp"
#include "plugin/place.hpp"

namespace dream::plugin {

namespace {

namespace fs = std::filesystem;

/// No user confirms so much.
constexpr std::size_t most_bytes_of_confirmations = std::size_t{16} << 20U;

Error refused(const fs::path& path, std::string what, std::string hint = {}) {
  return {ErrorCode::io, std::move(what), path.string(), std::move(hint)};
}

Error failed(const fs::path& path, const std::string& what) {
  return refused(path, what + ": " + std::strerror(errno), system_remedy(errno));
}

/// Hands over the file piece by piece. Fails when it has more than `most` bytes.
Result<void> read_pieces(const FoundFile& file, const fs::path& name, std::uint64_t most,
                         const std::function<void(std::string_view)>& take) {
  if (!S_ISREG(file.status.st_mode))
    return refused(name, "can't be read: it is " + kind_of_file(file.status));
  const Descriptor descriptor = open_for_reading(file);
  if (!descriptor.is_open()) return failed(name, "can't be read");
  std::array<char, std::size_t{64} * 1024> block;  // NOLINT(*-member-init): read() fills it
  for (std::uint64_t total = 0; total <= most;) {
    const ssize_t got = ::read(descriptor.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(name, "can't be read to its end");
    if (got == 0) return {};
    total += static_cast<std::uint64_t>(got);
    take({block.data(), static_cast<std::size_t>(got)});
  }
  return refused(name, fmt::format("can't be read: it is larger than {} MiB", most >> 20U));
}

Error damaged(const fs::path& file) {
  return refused(file, "is damaged, so that it can't be told what is confirmed",
                 "repair it, or delete it and confirm again");
}

/// The file that is to replace `file`: locked, and under its name as long as it is, so that one dream at a
/// time changes what is confirmed. What a crash left there is taken over.
Result<Descriptor> begin_to_replace(const std::string& unfinished) {
  while (true) {
    Descriptor descriptor(::open(unfinished.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!descriptor.is_open()) return failed(unfinished, "can't be written");
    static_cast<void>(lock_file(descriptor, LOCK_EX));
    // Whoever held the lock before has given it another name.
    if (has_name(descriptor, Descriptor(AT_FDCWD), unfinished)) return descriptor;
  }
}

}  // namespace

Result<Fingerprint> fingerprint_of(const FoundFile& file) {
  SHA2_CTX hash;
  SHA256Init(&hash);
  const auto read = read_pieces(file, file.path, max_plugin_size, [&hash](std::string_view piece) {
    SHA256Update(&hash, reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size());
  });
  if (!read) return read.error();
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256Final(digest.data(), &hash);
  Fingerprint fingerprint{file.path.string(), {}};
  for (const unsigned char byte : digest) fingerprint.sha256 += fmt::format("{:02x}", byte);
  return fingerprint;
}

Result<void> Trust::check(const FoundFile& plugin, const fs::path& name) const {
  if (everything) return {};
  if (auto fit = check_shared_library(plugin, name); !fit) return fit;
  const auto confirmations = confirmed();
  if (!confirmations) return confirmations.error();
  const auto known = confirmations->plugins.find(plugin.path.string());
  const bool is_known = known != confirmations->plugins.end();
  if (is_known) {
    const auto now = fingerprint_of(plugin);
    if (!now) return now.error();
    if (known->second == now->sha256) return {};
  }
  return Error{
      ErrorCode::plugin,
      is_known ? "is not loaded: it has changed since you confirmed it"
               : "is not loaded: it comes with this workspace, and you haven't confirmed it",
      name.string(),
      fmt::format("if you trust it, run `dream plugin trust {}`, or dream with --trust for this once",
                  shell_quoted(plugin.path.string()))};
}

Result<Confirmations> Trust::confirmed() const {
  if (file.empty()) return Confirmations{};
  const auto found = find_safe_file(file);
  if (!found) {
    Error error = found.error();
    error.code = ErrorCode::io;
    return error;
  }
  if (!*found) return Confirmations{};
  std::string text;
  const auto read = read_pieces(**found, file, most_bytes_of_confirmations,
                                [&text](std::string_view piece) { text += piece; });
  if (!read) return read.error();
  auto confirmations = read_confirmations(text);
  if (!confirmations) return damaged(file);
  return *std::move(confirmations);
}

Result<void> Trust::change(const std::function<void(Confirmations&)>& how) const {
  if (file.empty()) return refused({}, "there is no folder for the confirmations", "set HOME");
  if (auto made = make_private_folder(file.parent_path()); !made) return made;
  const std::string unfinished = file.string() + ".new";
  const auto descriptor = begin_to_replace(unfinished);
  if (!descriptor) return descriptor.error();
  auto confirmations = confirmed();
  if (confirmations) {
    how(*confirmations);
    const bool emptied = ::ftruncate(descriptor->get(), 0) == 0;
    const int problem = emptied ? write_all(descriptor->get(), confirmations_text(*confirmations)) : errno;
    if (problem == 0 && ::fsync(descriptor->get()) == 0 && ::rename(unfinished.c_str(), file.c_str()) == 0) {
      return {};
    }
    if (problem != 0) errno = problem;
  }
  Error error = confirmations ? failed(file, "can't be written") : confirmations.error();
  ::unlink(unfinished.c_str());
  return error;
}

Result<void> Trust::remember(const Fingerprint& confirmed) const {
  return change([&](Confirmations& all) { all.plugins[confirmed.path] = confirmed.sha256; });
}

}  // namespace dream::plugin
