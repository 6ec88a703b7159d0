#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Names of what runs elsewhere.
namespace dream::plugins {

/// `text` as a part of a name that engines allow.
[[nodiscard]] inline std::string slug(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (plain || capital) {
      name += capital ? static_cast<char>(c | 0x20) : c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  constexpr std::size_t longest = 64;  // it is for people: what tells names apart is a hash
  if (name.size() > longest) name.resize(longest);
  while (name.ends_with('-')) name.pop_back();
  return name;
}

/// FNV-1a, for names that have to differ; the same in every run.
[[nodiscard]] inline std::string short_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name;
  for (int digit = 0; digit < 8; ++digit, hash >>= 4U) name += digits[hash & 15U];
  return name;
}

/// A step's in a run of dream: another one for each step.
[[nodiscard]] inline std::string step_name(const std::string& step, const std::string& run) {
  const std::string words = slug(step);
  return "dream-" + words + (words.empty() ? "" : "-") + short_hash(step) + "-" + run;
}

/// `name` cut to what a name of DNS may have; the last `tail` characters stay.
[[nodiscard]] inline std::string short_name(const std::string& name, std::size_t tail) {
  constexpr std::size_t longest = 63;
  if (name.size() <= longest) return name;
  std::string head = name.substr(0, longest - tail);
  while (head.ends_with('-')) head.pop_back();
  return head + name.substr(name.size() - tail);
}

}  // namespace dream::plugins
