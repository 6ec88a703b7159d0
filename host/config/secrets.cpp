#include "config/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/environment.hpp"
#include "base/shell_quote.hpp"
#include "base/text.hpp"

namespace dream::config {

namespace {

constexpr std::array<std::string_view, 10> telling_parts{"TOKEN",      "SECRET",    "PASSWORD", "PASSWD",
                                                         "PASSPHRASE", "APIKEY",    "API_KEY",  "PRIVATE_KEY",
                                                         "ACCESS_KEY", "CREDENTIAL"};

constexpr std::size_t shortest = 4;
constexpr std::string_view scheme_end = "://";
constexpr std::string_view cut = "…";

/// "postgres://user:password@host".
bool has_password(std::string_view value) {
  const std::size_t scheme = value.find(scheme_end);
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority = value.substr(scheme + 3, value.find('/', scheme + 3) - scheme - 3);
  const std::size_t at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool ends_with(std::string_view name, std::string_view end) {
  return name.size() >= end.size() &&
         std::ranges::equal(name.substr(name.size() - end.size()), end, {}, upper);
}

/// To hide it would hide an ordinary word, or a number.
bool is_plain_word(std::string_view value) {
  constexpr std::size_t longest = 8;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return value.size() <= longest &&
         (std::ranges::all_of(value, is_letter) || std::ranges::all_of(value, is_digit) || value == "True" ||
          value == "TRUE" || value == "False" || value == "FALSE");
}

/// "AWS_WEB_IDENTITY_TOKEN_FILE": where the secret is.
bool names_place(std::string_view name) {
  return ends_with(name, "FILE") || ends_with(name, "DIR") || ends_with(name, "PATH");
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

bool names_secret(std::string_view name) {
  if (names_place(name)) return false;
  return ends_with(name, "_PASS") || ends_with(name, "_PWD") ||
         std::ranges::any_of(telling_parts, [&](std::string_view part) {
           return !std::ranges::search(name, part, {}, upper).empty();
         });
}

void Secrets::see(std::string_view name, std::string_view value) {
  if (value.size() < shortest || !(names_secret(name) || has_password(value))) return;
  std::string in_shell(value);  // as it stands in a line for a shell
  replace_all(in_shell, "'", R"('\'')");
  for (const std::string& shown : {std::string(value), in_shell, shell_escaped(value), printable(value)})
    hide(shown);
}

void Secrets::see_entry(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos || is_plain_word(entry.substr(equals + 1))) return;
  see(entry.substr(0, equals), entry.substr(equals + 1));
}

void Secrets::see_entries(std::span<const std::string> entries) {
  for (const std::string& entry : entries) see_entry(entry);
}

void Secrets::see_environment() {
  see_entries(own_variables());
}

void Secrets::add(const Secrets& others) {
  for (const std::string& value : others.values_) hide(value);
}

void Secrets::hide(const std::string& value) {
  if (std::ranges::find(values_, value) != values_.end()) return;
  const auto shorter =
      std::ranges::find_if(values_, [&](const std::string& other) { return other.size() < value.size(); });
  values_.insert(shorter, value);
}

void Secrets::spare(std::string name) {
  spared_.push_back(std::move(name));
}

bool Secrets::is_spared(std::string_view text, std::size_t at, std::string_view value) const {
  for (const std::string& name : spared_) {
    for (std::size_t in = name.find(value); in != std::string::npos; in = name.find(value, in + 1))
      if (in <= at && text.substr(at - in, name.size()) == name) return true;
  }
  return false;
}

std::string Secrets::masked(std::string text) const {
  for (const std::string& value : values_) {
    for (std::size_t at = text.find(value); at != std::string::npos;) {
      const bool stays = is_spared(text, at, value);
      if (!stays) text.replace(at, value.size(), mask);
      at = text.find(value, at + (stays ? value.size() : mask.size()));
    }
  }
  mask_cut_pieces(text);
  return without_passwords(std::move(text));
}

void Secrets::mask_cut_pieces(std::string& text) const {
  for (std::size_t at = text.find(cut); at != std::string::npos; at = text.find(cut, at + cut.size())) {
    const std::string_view before = std::string_view(text).substr(0, at);
    const std::string_view behind = std::string_view(text).substr(at + cut.size());
    std::size_t end_of_before = 0, begin_of_behind = 0;  // how much of a value stands there
    for (const std::string_view value : values_) {
      for (std::size_t size = value.size() - 1; size >= shortest; --size) {
        if (before.ends_with(value.substr(0, size))) end_of_before = std::max(end_of_before, size);
        if (behind.starts_with(value.substr(value.size() - size)))
          begin_of_behind = std::max(begin_of_behind, size);
      }
    }
    if (begin_of_behind > 0) text.replace(at + cut.size(), begin_of_behind, mask);
    if (end_of_before == 0) continue;
    text.replace(at - end_of_before, end_of_before, mask);
    at += mask.size() - end_of_before;
  }
}

std::vector<TextPart> users_of_urls(std::string_view text) {
  std::vector<TextPart> users;
  for (std::size_t at = text.find(scheme_end); at != std::string_view::npos; at = text.find(scheme_end, at)) {
    at += scheme_end.size();
    const std::string_view authority = text.substr(at, text.find_first_of("/?# \t\"", at) - at);
    if (const std::size_t end = authority.rfind('@'); end != std::string_view::npos)
      users.push_back({at, at + end});
  }
  return users;
}

std::string without_passwords(std::string text, Users users) {
  std::vector<TextPart> parts = users_of_urls(text);
  for (; !parts.empty(); parts.pop_back()) {  // the last one first: the places of the others stay
    const auto [begin, end] = parts.back();
    const bool has_password =
        std::string_view(text).substr(begin, end - begin).find(':') != std::string_view::npos;
    if (users == Users::all || has_password) text.replace(begin, end - begin, mask);
  }
  return text;
}

}  // namespace dream::config
