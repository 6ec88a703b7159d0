#pragma once

#include <atomic>
#include <dream/sdk/host.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

/// What a plugin notes for its reaper, which has neither its steps nor their environments: lines in a file of
/// the folder of its state, one file for each executor of a run.
namespace dream::plugins {

/// The notes of an executor. They go with it when all that they were made for has ended well.
class RunNotes {
 public:
  RunNotes() = default;
  RunNotes(const RunNotes&) = delete;
  RunNotes& operator=(const RunNotes&) = delete;
  ~RunNotes() {
    std::error_code ignored;
    if (open_ == 0 && !file_.empty()) std::filesystem::remove(file_, ignored);
  }

  /// [loop] Before the first note. Without a folder for state nothing is noted: then there is no reaper,
  /// either.
  void find_place(const sdk::Host& host) {
    static std::atomic<unsigned> number = 0;
    if (std::exchange(searched_, true)) return;
    std::error_code ignored;
    const sdk::Result<std::string> folder = host.state_folder();
    if (folder && std::filesystem::is_directory(*folder, ignored))
      file_ = *folder + "/" + host.session() + "." + std::to_string(++number);
  }

  /// Before something is made outside of this machine's processes. `line` is what its removal needs.
  [[nodiscard]] sdk::Result<void> begin(const std::string& line) {
    ++open_;
    if (file_.empty() || lines_.contains(line)) return {};
    std::error_code ignored;
    const bool is_new = !std::filesystem::exists(file_, ignored);
    const std::uintmax_t before = is_new ? 0 : std::filesystem::file_size(file_, ignored);
    std::ofstream stream(file_, std::ios::app | std::ios::binary);
    stream << line << '\n' << std::flush;
    if (!stream) {
      --open_;
      stream.close();
      std::filesystem::resize_file(file_, before, ignored);  // the next note would go on in half of this one
      return sdk::Failure{DREAM_E_FAILED, "a note for the removal of what is left can't be written",
                          "make room on the disk", file_};
    }
    lines_.insert(line);
    return {};
  }
  /// Nothing of it is left.
  void end() { --open_; }

 private:
  bool searched_ = false;
  std::string file_;  ///< empty: no place is known
  std::set<std::string> lines_;
  std::atomic<int> open_ = 0;  ///< what was begun and hasn't ended
};

/// The notes of a dead run.
class DeadNotes {
 public:
  DeadNotes(const sdk::Host& host, const std::string& session) {
    const sdk::Result<std::string> folder = host.state_folder();
    std::error_code ignored;
    if (!folder || !std::filesystem::is_directory(*folder, ignored)) return;
    lines_.emplace();
    std::error_code failure;
    for (std::filesystem::directory_iterator entry(*folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      if (!entry->path().filename().string().starts_with(session + ".")) continue;
      files_.insert(entry->path());
      std::ifstream stream(entry->path(), std::ios::binary);
      for (std::string line; std::getline(stream, line);) lines_->insert(line);
    }
  }

  /// Each once; nullopt: they can't be known.
  [[nodiscard]] const std::optional<std::set<std::string>>& lines() const { return lines_; }
  /// All is removed.
  void drop() const {
    std::error_code ignored;
    for (const auto& file : files_) std::filesystem::remove(file, ignored);
  }

 private:
  std::optional<std::set<std::string>> lines_;
  std::set<std::filesystem::path> files_;
};

}  // namespace dream::plugins
