#include "ignore_file.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>

namespace dream::docker {

namespace {

/// A part of a pattern, and what of a path fits it.
struct Element {
  enum class Kind : std::uint8_t {
    letter,   ///< one
    any,      ///< one, but no slash: `?`
    set,      ///< one that is in a class: `[a-z]`
    stretch,  ///< any number without a slash: `*`
    folders,  ///< any number of folders, each with its slash: `**/`
    rest,     ///< everything: `**` at the end
  };
  Kind kind = Kind::letter;
  char letter = 0;
  std::string_view set = {};  ///< what is between the brackets
};

/// Whether `c` is in the class `set`: `a-z_`, `^a-z`.
bool in_set(std::string_view set, char c) {
  const bool negated = set.starts_with('^');
  if (negated) set.remove_prefix(1);
  bool found = false;
  while (!set.empty()) {
    if (set.front() == '\\' && set.size() > 1) set.remove_prefix(1);
    const char low = set.front();
    char high = low;
    set.remove_prefix(1);
    if (set.size() > 1 && set.front() == '-') {
      high = set[1];
      set.remove_prefix(2);
    }
    found = found || (low <= c && c <= high);
  }
  return found != negated && c != '/';
}

/// The end of the class that `pattern` begins with: the place of its `]`, which isn't one as the first of the
/// class.
std::size_t set_end(std::string_view pattern) {
  std::size_t at = pattern.starts_with("[^") ? 2 : 1;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    at += pattern[at] == '\\' ? 2 : 1;
  }
  return std::min(at, pattern.size());
}

/// Takes the first part off `pattern`, which isn't empty.
Element next_element(std::string_view& pattern) {
  using Kind = Element::Kind;
  Element element;
  std::size_t size = 1;
  if (pattern.starts_with("**")) {
    size = pattern.substr(2).starts_with('/') ? 3 : 2;
    element.kind = size == pattern.size() ? Kind::rest : Kind::folders;
  } else if (pattern.front() == '*') {
    element.kind = Kind::stretch;
  } else if (pattern.front() == '?') {
    element.kind = Kind::any;
  } else if (pattern.front() == '[') {
    const std::size_t end = set_end(pattern);
    element = {Kind::set, 0, pattern.substr(1, end - 1)};
    size = std::min(end + 1, pattern.size());
  } else {
    const bool escaped = pattern.front() == '\\' && pattern.size() > 1;
    size = escaped ? 2 : 1;
    element.letter = pattern[size - 1];
  }
  pattern.remove_prefix(size);
  return element;
}

/// The places of a path that a pattern may have come to: its beginning, and behind each letter.
using Places = std::vector<bool>;

bool fits_one(const Element& element, char c) {
  if (element.kind == Element::Kind::any) return c != '/';
  return element.kind == Element::Kind::set ? in_set(element.set, c) : element.letter == c;
}

/// Where one can be behind `element` when one was at `places` before it.
Places behind(const Element& element, const Places& places, std::string_view path) {
  Places next(places.size(), false);
  bool reached = false;
  for (std::size_t at = 0; at < places.size(); ++at) {
    const bool behind_slash = at > 0 && path[at - 1] == '/';
    switch (element.kind) {
      case Element::Kind::stretch:
        next[at] = places[at] || (at > 0 && !behind_slash && next[at - 1]);
        break;
      case Element::Kind::folders:
        next[at] = places[at] || (reached && behind_slash);
        break;
      case Element::Kind::rest:
        next[at] = reached || places[at];
        break;
      default:
        next[at] = at > 0 && places[at - 1] && fits_one(element, path[at - 1]);
    }
    reached = reached || places[at];
  }
  return next;
}

std::string trimmed(std::string_view line) {
  constexpr std::string_view space = " \t\r";
  const std::size_t begin = line.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return std::string(line.substr(begin, line.find_last_not_of(space) + 1 - begin));
}

}  // namespace

bool fits(std::string_view pattern, std::string_view path) {
  Places places(path.size() + 1, false);
  places.front() = true;
  while (!pattern.empty()) {
    places = behind(next_element(pattern), places, path);
    if (std::ranges::find(places, true) == places.end()) return false;
  }
  return places.back();
}

IgnoreFile::IgnoreFile(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const bool comment = text.starts_with('#');  // behind a blank it is a name, as for docker
    std::string line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || comment) continue;
    const bool exception = line.front() == '!';
    if (exception) line = trimmed(std::string_view(line).substr(1));
    line = std::filesystem::path(line).lexically_normal().generic_string();
    while (line.starts_with('/')) line.erase(0, 1);
    while (line.ends_with('/')) line.pop_back();
    if (line.empty() || line == ".") continue;
    patterns_.push_back({line, exception});
    has_exceptions_ = has_exceptions_ || exception;
  }
}

bool IgnoreFile::ignores(std::string_view path) const {
  bool ignored = false;
  for (const Pattern& pattern : patterns_) {
    if (pattern.exception != ignored) continue;  // it would change nothing
    bool matches = fits(pattern.text, path);
    for (std::size_t slash = path.find('/'); !matches && slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      matches = fits(pattern.text, path.substr(0, slash));
    }
    if (matches) ignored = !pattern.exception;
  }
  return ignored;
}

}  // namespace dream::docker
