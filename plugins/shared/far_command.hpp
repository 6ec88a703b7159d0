#pragma once

#include <unistd.h>

#include <array>
#include <cerrno>
#include <dream/sdk.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "shell_line.hpp"

/// Commands that run on another machine.
namespace dream::plugins {

/// Hexadecimal digits that nobody else has.
[[nodiscard]] inline std::string new_nonce() {
  constexpr std::string_view digits = "0123456789abcdef";
  // std::random_device, linked statically, needs a newer glibc than dream does.
  std::array<unsigned char, 12> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) throw std::system_error(errno, std::generic_category());
  std::string nonce;
  for (const unsigned char byte : bytes) nonce.append({digits[byte / 16U], digits[byte % 16U]});
  return nonce;
}

/// The words to run over there, the arguments of the command line among them; a line is read by its sh.
[[nodiscard]] inline sdk::Result<std::vector<std::string>> command_words(const sdk::Task& task,
                                                                         std::string_view executor) {
  const std::vector<std::string> arguments = task.arguments();
  if (task.has_command_line()) return words_of_line(task.command_line(), arguments, "/bin/sh");
  if (!task.has_command_argv()) {
    return sdk::Failure{DREAM_E_NOT_FOUND,
                        "the " + std::string(executor) + " executor finds no commands by itself",
                        "set the task's command in dream.json"};
  }
  std::vector<std::string> words = task.command_argv();
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

/// The last line of a text that has one.
[[nodiscard]] inline std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));  // npos + 1 is 0
}

}  // namespace dream::plugins
