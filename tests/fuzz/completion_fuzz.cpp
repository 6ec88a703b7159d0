#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "cli/completion/completion.hpp"

using namespace dream;

/// Whatever words stand on a command line, each candidate begins with the last one. The words are ended by
/// NULs.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words{std::string()};
  for (std::size_t at = 0; at < size; ++at) {
    if (data[at] == 0)
      words.emplace_back();
    else
      words.back() += static_cast<char>(data[at]);
  }
  const auto names = [](const cli::CompletionPlace&) {
    return std::vector<cli::Candidate>{{"dev", ""}, {"./web", ""}, {"it's $(x)", "a name"}};
  };
  const cli::CompletionSource source{
      .tasks = names, .projects = names, .executors = names, .steps = names, .runs = names, .records = names};
  for (const cli::Candidate& one : cli::complete_words(words, source)) {
    const bool is_mark = one.word == cli::folders_mark || one.word == cli::files_mark;
    DREAM_ASSERT(is_mark || one.word.starts_with(words.back()));
  }
  return 0;
}
