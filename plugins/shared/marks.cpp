#include "marks.hpp"

#include <utility>

namespace dream::plugins {

namespace {

constexpr std::size_t most_before = 4096;
constexpr std::size_t longest_mark = 128;  ///< behind the sign, with its newline

/// Where, from `from`, the sign or a beginning of it at the end stands.
std::size_t find_beginning(std::string_view text, std::string_view sign) {
  std::size_t at = text.find(sign.front());
  while (at != std::string_view::npos) {
    const std::string_view rest = text.substr(at, sign.size());
    if (sign.starts_with(rest)) return at;
    at = text.find(sign.front(), at + 1);
  }
  return at;
}

}  // namespace

void Marks::pass(std::string_view bytes) {
  if (bytes.empty()) return;
  if (began_) {
    on_bytes_(bytes);
    return;
  }
  before_ += bytes;
  if (before_.size() > most_before) before_.erase(0, before_.size() - most_before);
}

void Marks::take(std::string_view bytes) {
  const std::string joined = held_.empty() ? std::string() : std::exchange(held_, {}) + std::string(bytes);
  std::string_view rest = joined.empty() ? bytes : std::string_view(joined);
  while (true) {
    const std::size_t at = find_beginning(rest, sign_);
    pass(rest.substr(0, at));
    if (at == std::string_view::npos) return;
    rest.remove_prefix(at);
    const std::size_t end = rest.substr(0, sign_.size() + longest_mark).find('\n');
    if (end == std::string_view::npos && rest.size() < sign_.size() + longest_mark) {
      held_ = rest;
      return;
    }
    if (end == std::string_view::npos) {  // whatever this is
      pass(rest.substr(0, 1));
      rest.remove_prefix(1);
      continue;
    }
    began_ = true;
    on_mark_(std::string(rest.substr(sign_.size(), end - sign_.size())));
    rest.remove_prefix(end + 1);
  }
}

void Marks::finish() {
  pass(std::exchange(held_, {}));
}

}  // namespace dream::plugins
