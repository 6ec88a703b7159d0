#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace dream::readiness {

namespace {

std::optional<int> number_of(const std::string& word, int least) {
  int number = 0;
  const char* const end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || at != end || number < least) return std::nullopt;
  return number;
}

std::optional<Options> read(const std::vector<std::string>& words) {
  Options options;
  std::vector<std::string> kinds;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (std::ranges::find(all_kinds, *word) != all_kinds.end()) {
      kinds.push_back(*word);
      continue;
    }
    const std::string& option = *word;
    if (++word == words.end()) return std::nullopt;
    if (option == "--dream") {
      options.dream = *word;
      continue;
    }
    const auto number = number_of(*word, option == "--up-to" ? shortest : 1);
    if (!number) return std::nullopt;
    if (option == "--runs") {
      options.runs = static_cast<std::size_t>(*number);
    } else if (option == "--up-to") {
      options.longest = *number;
    } else if (option == "--at-once") {
      options.at_once = static_cast<std::size_t>(*number);
    } else {
      return std::nullopt;
    }
  }
  if (!kinds.empty()) options.kinds = kinds;
  return options;
}

}  // namespace

std::optional<Options> read_options(const std::vector<std::string>& words) {
  std::optional<Options> options = read(words);
  if (!options) {
    std::fprintf(stderr, "usage: measure [--runs N] [--up-to MS, from %d] [--at-once N] [--dream FILE]",
                 shortest);
    for (const std::string& kind : all_kinds) std::fprintf(stderr, " [%s]", kind.c_str());
    std::fprintf(stderr, "\n");
  }
  return options;
}

}  // namespace dream::readiness
