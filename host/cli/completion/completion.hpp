#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What could stand in place of the last word of a command line.
namespace dream::cli {

/// One word, and what it is in a few words more.
struct Candidate {
  std::string word;
  std::string help;
};

/// The words before the last one, as far as they say where dream would work.
struct CompletionPlace {
  std::optional<std::filesystem::path> directory;  ///< of --directory
  std::optional<std::string> project;              ///< of --project
};

/// What the workspace has to offer; asked only when it is needed.
struct CompletionSource {
  std::function<std::vector<Candidate>(const CompletionPlace&)> tasks;
  std::function<std::vector<Candidate>(const CompletionPlace&)> projects;
  std::function<std::vector<Candidate>(const CompletionPlace&)> executors;
  /// Of the runs that go on.
  std::function<std::vector<Candidate>(const CompletionPlace&)> steps;
  std::function<std::vector<Candidate>(const CompletionPlace&)> runs;
  /// Of the runs that were recorded.
  std::function<std::vector<Candidate>(const CompletionPlace&)> records;
};

/// Stand for the names of folders or files, which every shell knows better how to complete.
inline constexpr const char* folders_mark = ":folders";
inline constexpr const char* files_mark = ":files";

/// `words` are those after `dream`; the last, which may be empty, is to be completed. Every candidate begins
/// with it.
[[nodiscard]] std::vector<Candidate> complete_words(std::span<const std::string> words,
                                                    const CompletionSource& source);

}  // namespace dream::cli
