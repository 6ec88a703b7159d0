#include "init/compose_values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/text.hpp"
#include "config/env_expansion.hpp"
#include "init/compose_text.hpp"

namespace dream::init {

namespace {

using namespace std::string_view_literals;

/// For each place of a text how long the variable in braces is that begins there; 0: there begins none.
std::vector<std::size_t> variables_in(std::string_view text) {
  std::vector<std::size_t> lengths(text.size());
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') open.push_back(at);
    if (text[at] != '}' || open.empty()) continue;
    const std::size_t brace = open.back();
    open.pop_back();
    if (brace > 0 && text[brace - 1] == '$') lengths[brace - 1] = at + 2 - brace;
  }
  return lengths;
}

/// Up to what a shell would take for an operator, of which `rest` begins. False: a quote has no end.
bool split_words(std::string_view text, std::vector<std::string>& words, std::string_view& rest) {
  const std::vector<std::size_t> variables = variables_in(text);
  char quote = '\0';
  bool in_word = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (const std::size_t length = quote == '\'' ? 0 : variables[at]; length > 0) {
      if (!in_word) words.emplace_back();
      in_word = true;
      words.back() += text.substr(at, length);
      at += length - 1;
      continue;
    }
    if (quote == '\0' && " \t\r\n"sv.find(c) != std::string_view::npos) {
      in_word = false;
      continue;
    }
    if (quote == '\0' && ";&|<>"sv.find(c) != std::string_view::npos) {
      rest = text.substr(at);
      return true;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == quote)
      quote = '\0';
    else if (quote == '\0' && (c == '\'' || c == '"'))
      quote = c;
    else if (c == '\\' && quote != '\'' && at + 1 < text.size())
      words.back() += text[++at];
    else
      words.back() += c;
  }
  return quote == '\0';
}

/// A whole number that a task's settings and options may have.
std::optional<long> count_of(const std::string& text) {
  long number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  return whole && number >= 0 && number <= 0x7FFFFFFF ? std::optional(number) : std::nullopt;
}

}  // namespace

YAML::Node member_at(const YAML::Node& map, const char* key) {
  if (!map.IsDefined() || !map.IsMap()) return {};
  const YAML::Node value = map[key];
  return value.IsDefined() ? value : YAML::Node();
}

std::string text_at(const YAML::Node& map, const char* key) {
  const YAML::Node value = member_at(map, key);
  return value.IsScalar() ? value.Scalar() : std::string();
}

namespace {

/// `text_of`: of a scalar.
template <class TextOf>
std::vector<std::string> texts_by(const YAML::Node& node, const TextOf& text_of) {
  std::vector<std::string> texts;
  if (node.IsScalar()) texts.push_back(text_of(node));
  if (!node.IsSequence()) return texts;
  for (const YAML::Node& one : node) {
    if (one.IsScalar()) texts.push_back(text_of(one));
  }
  return texts;
}

}  // namespace

std::vector<std::string> texts_of(const YAML::Node& node) {
  return texts_by(node, [](const YAML::Node& scalar) { return scalar.Scalar(); });
}

std::vector<std::string> written_texts_of(const YAML::Node& node) {
  return texts_by(node, written_text);
}

bool is_elsewhere(const std::string& path) {
  return path.find("://") != std::string::npos || path.starts_with("git@") || path.starts_with("github.com/");
}

bool is_true(const YAML::Node& node) {
  return node.IsScalar() && (node.Scalar() == "true" || node.Scalar() == "True" || node.Scalar() == "yes");
}

std::vector<std::string> words_of(const YAML::Node& node, std::string* passed_over) {
  std::vector<std::string> words;
  std::string_view rest;
  if (node.IsSequence()) {
    for (const YAML::Node& one : node) words.push_back(one.Scalar());
  } else if (!split_words(node.Scalar(), words, rest)) {
    throw YAML::ParserException(node.Mark(), "a quote without its end");
  }
  if (passed_over != nullptr) *passed_over = rest;
  return words;
}

std::vector<std::string> written_words_of(const YAML::Node& node, std::string* passed_over) {
  std::vector<std::string> words = words_of(node, passed_over);
  std::vector<std::string> written;
  if (node.IsSequence()) {
    for (const YAML::Node& one : node) written.push_back(written_text(one));
    return written;
  }
  std::string_view rest;
  const std::string text = written_text(node);
  if (split_words(text, written, rest) && written.size() == words.size()) return written;
  for (std::string& word : words) word = config::with_escaped_dollars(word);
  return words;
}

std::size_t find_outside_variables(std::string_view written, char separator) {
  const std::vector<std::size_t> variables = variables_in(written);
  for (std::size_t at = 0; at < written.size(); ++at) {
    if (written[at] == separator) return at;
    if (variables[at] > 0) at += variables[at] - 1;
  }
  return written.size();
}

VariablesJson variables_json(const YAML::Node& node,
                             const std::function<std::optional<std::string>(const std::string&)>& known) {
  VariablesJson made;
  std::vector<Member> members;
  if (node.IsMap()) {
    for (const auto& one : node) {
      const std::string& name = one.first.Scalar();
      if (name.empty() || name.find_first_of("=\0"sv) != std::string::npos) continue;
      const std::optional<std::string> value =
          one.second.IsScalar() ? std::optional(written_text(one.second)) : known(name);
      if (!value) {
        made.from_outside.push_back(name);
      } else if (value->find('\0') == std::string::npos) {
        members.emplace_back(name, json_string(*value));
      }
    }
  }
  made.object = object_json(members);
  return made;
}

std::string port_text(const YAML::Node& port) {
  if (!port.IsMap()) {
    const std::string text = port.IsScalar() ? port.Scalar() : std::string();
    return text.starts_with(':') ? text.substr(1) : written_text(port);  // an address that is empty
  }
  const auto part = [&](const char* key) {
    const YAML::Node value = member_at(port, key);
    return value.IsScalar() ? written_text(value) : std::string();
  };
  if (text_at(port, "target").empty()) return {};
  std::string text = part("published");
  if (!text.empty()) text += ":";
  if (const std::string address = part("host_ip"); !address.empty())
    text = (text_at(port, "host_ip").find(':') == std::string::npos ? address : "[" + address + "]") + ":" +
           text;
  text += part("target");
  const std::string protocol = text_at(port, "protocol");
  return protocol.empty() || protocol == "tcp" ? text : text + "/" + protocol;
}

std::string volume_text(const YAML::Node& volume, bool is_written) {
  const auto text_of = [&](const YAML::Node& scalar) {
    if (!scalar.IsScalar()) return std::string();
    return is_written ? written_text(scalar) : scalar.Scalar();
  };
  if (!volume.IsMap()) return text_of(volume);
  const std::string type = text_at(volume, "type");
  const std::string target = text_of(member_at(volume, "target"));
  if ((type != "bind" && type != "volume") || target.empty()) return {};
  std::string source = text_of(member_at(volume, "source"));
  if (type == "bind" && !source.empty() && text_at(volume, "source").find_first_of("./~$") != 0)
    source = "./" + source;
  std::vector<std::string> mode;
  if (is_true(member_at(volume, "read_only"))) mode.emplace_back("ro");
  for (const char* word : {"selinux", "propagation"}) {
    if (std::string value = text_at(member_at(volume, "bind"), word); !value.empty())
      mode.push_back(std::move(value));
  }
  if (is_true(member_at(member_at(volume, "volume"), "nocopy"))) mode.emplace_back("nocopy");
  return fmt::format("{}{}{}{}", source, source.empty() ? "" : ":", target,
                     mode.empty() ? "" : fmt::format(":{}", fmt::join(mode, ",")));
}

std::optional<long long> duration_ms(const std::string& text) {
  struct Unit {
    std::string_view name;
    double ms;
  };
  static constexpr std::array<Unit, 7> units{
      {{"ms", 1}, {"us", 1e-3}, {"µs", 1e-3}, {"ns", 1e-6}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  double total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, failure] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (failure != std::errc() || !(number >= 0)) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const Unit* meant = nullptr;
    for (const Unit& unit : units) {
      if (meant == nullptr && rest.starts_with(unit.name)) meant = &unit;
    }
    if (meant == nullptr) return std::nullopt;
    total += number * meant->ms;
    rest.remove_prefix(meant->name.size());
  }
  return text.empty() || !(total <= 0x7FFFFFFF) ? std::nullopt : std::optional(std::llround(total));
}

void tell_withheld(const ComposeVariables& variables, Draft& draft) {
  const std::vector<std::string> names(variables.withheld().begin(), variables.withheld().end());
  if (!names.empty())
    draft.remark(fmt::format(
        "Not written down, as they look like secrets or can't be said: the values of {} in files that "
        "dream doesn't read. Put them into the .env of the root.",
        join_words(names)));
}

std::string time_json(long long ms) {
  constexpr long long second = 1000;
  constexpr long long minute = 60 * second;
  if (ms == 0 || ms % second != 0) return fmt::format("\"{}ms\"", ms);
  std::string text;
  if (ms >= minute) text = fmt::format("{}m", ms / minute);
  if (ms % minute != 0) text += fmt::format("{}s", ms % minute / second);
  return "\"" + text + "\"";
}

std::string health_check_json(const YAML::Node& check) {
  const YAML::Node test = member_at(check, "test");
  std::vector<std::string> words;
  if (test.IsSequence()) words = words_of(test);
  const bool none = !words.empty() && words.front() == "NONE";
  if (none || is_true(member_at(check, "disable"))) return R"({ "disable": true })";
  std::vector<Member> members;
  if (test.IsScalar() && !test.Scalar().empty()) {
    members.emplace_back("test", json_string(written_text(test)));
  } else if (words.size() > 1 && words.front() == "CMD-SHELL") {
    members.emplace_back("test", json_string(written_text(test[1])));
  } else if (words.size() > 1) {
    const bool has_kind = words.front() == "CMD";
    words = written_words_of(test);
    if (has_kind) words.erase(words.begin());
    members.emplace_back("test", list_json(words));
  }
  const std::pair<const char*, const char*> times[] = {{"interval", "interval"},
                                                       {"timeout", "timeout"},
                                                       {"start_period", "startPeriod"},
                                                       {"start_interval", "startInterval"}};
  for (const auto& [key, option] : times) {
    const auto time = duration_ms(text_at(check, key));
    if (time && *time > 0) members.emplace_back(option, std::to_string(*time));
  }
  const auto retries = count_of(text_at(check, "retries"));
  if (retries && *retries > 0) members.emplace_back("retries", std::to_string(*retries));
  return members.empty() ? std::string() : object_json(members);
}

std::string restart_json(const std::string& policy, const std::string& most_restarts) {
  // compose gives up only where that is asked for.
  if (policy == "always" || policy == "unless-stopped" || policy == "any")
    return R"({ "on": "always", "max": 0 })";
  if (!policy.starts_with("on-failure")) return {};
  const std::size_t colon = policy.find(':');
  const auto most = count_of(colon == std::string::npos ? most_restarts : policy.substr(colon + 1));
  return fmt::format(R"({{ "on": "failure", "max": {} }})", most.value_or(0));
}

}  // namespace dream::init
