#include "init/make_conditions.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "init/files.hpp"

namespace dream::init {

namespace {

/// `(a,b)`, `"a" "b"`, `'a' "b"`: both sides.
std::optional<std::pair<std::string, std::string>> sides_of(const std::string& text) {
  if (text.size() < 2) return std::nullopt;
  if (text[0] != '(') {
    const std::size_t end = text.find(text[0], 1);
    const std::string second = end == std::string::npos ? "" : trimmed(text.substr(end + 1));
    const bool quoted = std::string_view("'\"").find(text[0]) != std::string_view::npos &&
                        second.size() > 1 && (second[0] == '\'' || second[0] == '"') &&
                        second.back() == second[0];
    if (!quoted) return std::nullopt;
    return std::pair(text.substr(1, end - 1), second.substr(1, second.size() - 2));
  }
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '(' || text[at] == '{') ++depth;
    if (text[at] == ')' || text[at] == '}') --depth;
    if (text[at] != ',' || depth != 1) continue;
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos || end < at) return std::nullopt;
    return std::pair(trimmed(text.substr(1, at - 1)), trimmed(text.substr(at + 1, end - at - 1)));
  }
  return std::nullopt;
}

bool is_condition(const std::string& word) {
  return word == "ifeq" || word == "ifneq" || word == "ifdef" || word == "ifndef";
}

}  // namespace

bool MakeConditions::take(const std::string& line, std::vector<std::string>& certain) {
  const auto split = [](const std::string& words) {
    const std::size_t end = std::min(words.find_first_of(" \t(\"'"), words.size());
    return std::pair(words.substr(0, end), trimmed(words.substr(end)));
  };
  auto [word, rest] = split(line);
  if (is_condition(word)) {
    begin(decided(word, rest));
  } else if (word == "endif") {
    if (!open_.empty()) end(certain);
  } else if (word == "else") {
    std::tie(word, rest) = split(rest);
    if (!open_.empty()) next_branch(is_condition(word) ? decided(word, rest) : State::holds);
  } else {
    return false;
  }
  return true;
}

bool MakeConditions::has(State state) const {
  return std::ranges::find(open_, state, &Open::state) != open_.end();
}

void MakeConditions::begin(State state) {
  open_.push_back({.state = state, .is_over = state == State::holds, .is_unknown = state == State::unknown});
}

void MakeConditions::next_branch(State state) {
  Open& open = open_.back();
  close_branch(open);
  if (open.is_over) state = State::fails;
  open.is_over = open.is_over || state == State::holds;
  // One before it may hold instead.
  if (state == State::holds && open.is_unknown) state = State::unknown;
  open.is_unknown = open.is_unknown || state == State::unknown;
  open.state = state;
}

void MakeConditions::close_branch(Open& open) {
  for (const std::string& target : std::exchange(open.targets, {})) ++open.found[target];
  if (open.state != State::fails) ++open.branches;
}

void MakeConditions::end(std::vector<std::string>& certain) {
  Open open = std::move(open_.back());
  open_.pop_back();
  close_branch(open);
  for (const auto& [target, count] : open.found) {
    if (!open.is_over || count < open.branches) continue;
    if (is_certain())
      certain.push_back(target);
    else
      add(target);
  }
}

void MakeConditions::end_all_but(std::size_t depth) {
  while (open_.size() > depth) open_.pop_back();
}

MakeConditions::State MakeConditions::decided(const std::string& word, const std::string& rest) const {
  const bool wanted = word == "ifeq" || word == "ifdef";
  const auto state = [wanted](bool is_so) { return is_so == wanted ? State::holds : State::fails; };
  if (word == "ifdef" || word == "ifndef") {
    const std::optional<bool> is_set = variables_.is_set(rest);
    return is_set ? state(*is_set) : State::unknown;
  }
  const auto sides = sides_of(rest);
  if (!sides) return State::unknown;
  const auto first = variables_.value_of(sides->first);
  const auto second = variables_.value_of(sides->second);
  return first && second ? state(*first == *second) : State::unknown;
}

}  // namespace dream::init
