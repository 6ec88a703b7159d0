#pragma once

#include <atomic>
#include <cstdint>
#include <dream/sdk/result.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tar.hpp"

namespace dream::plugins {

/// What becomes of a file; and of a folder with what is in it.
enum class Archived : std::uint8_t { taken, below_only, left_out };

/// What an archive has, and what is told when it can't be made; the place is that of the file.
struct FolderContents {
  std::filesystem::path folder;
  /// [the thread that lists] `name`: in the archive, without a slash at its end; `type`: as TarEntry has it,
  /// or 0. Pipes are taken, too, if it says so.
  std::function<Archived(const std::string& name, char type)> choose;
  /// Files from elsewhere, with their names in the archive.
  std::vector<std::pair<std::filesystem::path, std::string>> besides = {};
  sdk::Failure unreadable;  ///< why follows its message
  sdk::Failure too_large = {};
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();  ///< bytes before the end
  /// The size that list() tells is told on: a file that grows after it is cut, and one that shrinks is a
  /// failure. Otherwise each file is what it is when its turn comes.
  bool is_promised = false;
};

/// A folder as a tar archive, in pieces. Used on one thread.
class FolderArchive {
 public:
  explicit FolderArchive(FolderContents contents) : contents_(std::move(contents)) {}

  /// Before next(), which then begins anew: how long the whole archive is.
  [[nodiscard]] sdk::Result<std::uint64_t> list();
  /// Never empty before the end.
  [[nodiscard]] sdk::Result<std::string> next();

  /// [any thread] list() and next() fail from now on, also one that is under way.
  void interrupt() { interrupted_ = true; }

 private:
  struct Entry {
    std::filesystem::path file;
    TarEntry header;  ///< when it was listed
  };

  [[nodiscard]] sdk::Failure unreadable(const std::filesystem::path& file, const std::string& why) const;
  [[nodiscard]] sdk::Failure broken_off() const;
  [[nodiscard]] sdk::Result<void> list(const std::filesystem::path& folder, const std::string& prefix);
  [[nodiscard]] sdk::Result<void> list_one(const std::filesystem::path& file, const std::string& name);
  [[nodiscard]] sdk::Result<void> add(const std::filesystem::path& file, TarEntry header);
  [[nodiscard]] sdk::Result<std::string> begin(const Entry& entry);
  [[nodiscard]] sdk::Result<std::string> go_on();

  FolderContents contents_;
  std::atomic<bool> interrupted_ = false;
  std::vector<Entry> entries_;
  std::uint64_t size_ = 0;  ///< of all of them
  std::size_t next_ = 0;
  std::ifstream file_;      ///< the one that is being read
  std::uint64_t left_ = 0;  ///< of it, as its header says
  std::uint64_t padding_ = 0;
  bool ended_ = false;
};

}  // namespace dream::plugins
