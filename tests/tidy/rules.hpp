#pragma once

#include <string>
#include <vector>

/// The rules of the house, each a function from a file to what is wrong with it.
namespace dream::tidy {

/// A file of the repository.
struct File {
  std::string path;  ///< from the repository's root, with `/`: "host/plan/plan.cpp"
  std::string text;
};

/// Sentences of the form "host/plan/plan.cpp:12: …"; none when all is well.
using Findings = std::vector<std::string>;

/// A folder includes only what stands below it (docs/architecture.md).
[[nodiscard]] Findings wrong_arrows(const File& file);

/// More than 400 lines. A C header of the plugin API is a manual too: there, lines of comment don't count.
[[nodiscard]] Findings too_long_file(const File& file);

/// Functions of more than 70 lines, from the first line of the head to the closing brace.
[[nodiscard]] Findings too_long_functions(const File& file);

/// A C++ header without `#pragma once`.
[[nodiscard]] Findings missing_pragma_once(const File& file);

/// Types of more than five lines in a public C++ header without a `///` before them.
[[nodiscard]] Findings undocumented_types(const File& file);

/// Tests that wait by the clock.
[[nodiscard]] Findings sleeping_tests(const File& file);

/// Paths that only exist on the machine of whoever wrote the file, among them `checkout`, the repository's
/// own.
[[nodiscard]] Findings absolute_paths(const File& file, const std::string& checkout);

/// All of the above.
[[nodiscard]] Findings check(const File& file, const std::string& checkout);

}  // namespace dream::tidy
