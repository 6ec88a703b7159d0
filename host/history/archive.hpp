#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "plugin/place.hpp"

/// The records of runs: a file each, in one folder that is the user's alone. A run holds a lock on its record
/// as long as it lives, so one without an end that can be locked is of a run that was killed. docs/control.md
/// says what is in it.
namespace dream::history {

/// How much is kept; records of runs that go on are never removed.
struct Limits {
  std::size_t bytes_of_run = std::size_t{16} << 20U;
  std::size_t bytes = std::size_t{200} << 20U;  ///< of all
  std::size_t runs_of_workspace = 20;
  std::size_t runs = 1000;
};

/// One record, as its file's name tells.
struct Entry {
  std::string workspace;  ///< a mark of it: runs of different ones may share it
  std::int64_t started_ms = 0;
  std::string run;  ///< its id
  std::string name;
};

/// The name of the file for a record.
[[nodiscard]] std::string name_of(const std::filesystem::path& root, std::int64_t started_ms,
                                  const std::string& run);
/// The mark of a workspace in it.
[[nodiscard]] std::string mark_of(const std::filesystem::path& root);

/// The folder of all records.
class Archive {
 public:
  /// A larger file is no record.
  static constexpr std::size_t most_read = std::size_t{64} << 20U;

  /// Where there is none yet, it has no entries. Error{io}: it isn't the user's alone, and none of them is
  /// believed.
  [[nodiscard]] static Result<Archive> open(const plugin::Place& place);
  /// The same, of whoever runs this program.
  [[nodiscard]] static Result<Archive> open_own();
  /// The same, made if it is missing. Error{io}: it can't be.
  [[nodiscard]] static Result<Archive> make(const plugin::Place& place);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const Descriptor& folder() const { return folder_; }

  /// The newest first.
  [[nodiscard]] std::vector<Entry> entries() const;
  /// Those with the mark of this workspace.
  [[nodiscard]] std::vector<Entry> entries_of(const std::filesystem::path& root) const;
  /// What is in a record. Error{io}: it can't be read, or isn't a file that is the user's alone.
  [[nodiscard]] Result<std::string> read(const Entry& entry) const;
  /// Whether its run goes on.
  [[nodiscard]] bool is_held(const Entry& entry) const;

  /// Removes the oldest records, so that there is room for one more of this workspace; and what a crash left
  /// half written.
  void make_room(const std::string& workspace, const Limits& limits) const;

 private:
  Archive(std::filesystem::path path, Descriptor folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}
  [[nodiscard]] Descriptor open_file(const std::string& name) const;
  /// False: its run goes on, or it isn't ours to remove.
  bool remove(const std::string& name) const;

  std::filesystem::path path_;
  Descriptor folder_;
};

}  // namespace dream::history
