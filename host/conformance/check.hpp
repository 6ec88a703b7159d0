#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "conformance/rule.hpp"

/// `dream plugin check`: whether a plugin keeps the rules of the plugin interface.
namespace dream::conformance {

/// What a check comes to.
enum class Verdict : std::uint8_t {
  pass,
  fail,
  crash,  ///< the plugin took its process with it
  skip,   ///< could not be checked
  warn,   ///< a rule that a plugin should keep, and this one doesn't
};
[[nodiscard]] std::string_view word_of(Verdict verdict);

/// How the reason of a rule begins that doesn't concern the plugin: it is about an extension or ability, and
/// the plugin has none.
inline constexpr std::string_view has_not = "it doesn't have ";

/// One rule, checked.
struct Checked {
  const Rule* rule;
  Verdict verdict;
  std::string reason;  ///< empty: it passes
};

/// What is to be checked, and how.
struct CheckRequest {
  std::filesystem::path file;
  std::string only;  ///< one rule; empty: all
  std::uint64_t seed = 1;
  std::string options = "{}";  ///< of the plugin, for one that needs some
  bool options_given = false;  ///< they are the user's: it is an error when they don't fit the schema
  /// One check may take as long; a plugin that blocks is no reason to wait for ever.
  std::chrono::milliseconds limit = std::chrono::seconds(30);
  /// Readable: what runs just now has taken too long already. -1: there is no such descriptor.
  int give_up = -1;
  /// One function of the plugin may take as long.
  std::chrono::microseconds call_limit = std::chrono::milliseconds(50);
};

/// Checks each rule in a process of its own, which is this program again, and tells of each as it is done.
/// Whatever ends this process, nothing of the check is left. To be called before any thread is started.
/// An Error is about the request: the plugin's faults are verdicts.
[[nodiscard]] Result<std::vector<Checked>> check_plugin(
    const CheckRequest& request, const std::function<void(const Checked&)>& on_checked);

/// What a plugin was seen to use: asked while an executor is made.
struct Usage {
  std::vector<std::string> abilities;   ///< in words
  std::vector<std::string> extensions;  ///< ids
  std::vector<std::string> services;    ///< ids
};
/// In this process, of a plugin that is loaded already.
[[nodiscard]] Usage look_at_usage(const dream_plugin& table, const std::string& options);

/// The first argument of the program when it is to check one rule.
inline constexpr std::string_view check_argument = "--check-plugin-rule";
/// Checks one rule, as the arguments after that one say, and ends the process.
[[noreturn]] void check_one_rule(const std::vector<std::string>& arguments);

}  // namespace dream::conformance
