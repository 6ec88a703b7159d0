#include "config/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/shell_quote.hpp"
#include "base/text.hpp"

namespace dream::config {

namespace {

constexpr std::array<std::string_view, 10> telling_parts{"TOKEN",      "SECRET",    "PASSWORD", "PASSWD",
                                                         "PASSPHRASE", "APIKEY",    "API_KEY",  "PRIVATE_KEY",
                                                         "ACCESS_KEY", "CREDENTIAL"};

constexpr std::size_t shortest = 4;

/// "postgres://user:password@host".
bool has_password(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority = value.substr(scheme + 3, value.find('/', scheme + 3) - scheme - 3);
  const std::size_t at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

bool names_secret(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper.ends_with("_PASS") || upper.ends_with("_PWD") ||
         std::ranges::any_of(telling_parts,
                             [&](std::string_view part) { return upper.find(part) != std::string::npos; });
}

void Secrets::see(std::string_view name, std::string_view value) {
  if (value.size() < shortest || !(names_secret(name) || has_password(value))) return;
  std::string in_shell(value);  // as it stands in a line for a shell
  replace_all(in_shell, "'", R"('\'')");
  for (const std::string& shown : {std::string(value), in_shell, shell_escaped(value), printable(value)})
    hide(shown);
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
  return text;
}

}  // namespace dream::config
