#include "init/compose_values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <string_view>

#include "base/text.hpp"

namespace dream::init {

namespace {

using namespace std::string_view_literals;

std::string text_of(const YAML::Node& node) {
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

/// Scalars as they are, and maps as `short_form` writes them; nothing when it can't write one.
template <class ShortForm>
std::optional<std::string> list_json(const YAML::Node& node, const ShortForm& short_form) {
  std::string list;
  const auto add = [&](const YAML::Node& one) {
    const std::string text = one.IsMap() ? short_form(one) : text_of(one);
    if (!text.empty()) list += (list.empty() ? "" : ", ") + json_string(text);
    return !text.empty();
  };
  if (!node.IsSequence()) return add(node) ? std::optional("[" + list + "]") : std::nullopt;
  for (const YAML::Node& one : node) {
    if (!add(one)) return std::nullopt;
  }
  return "[" + list + "]";
}

/// False: a quote has no end.
bool split_words(std::string_view text, std::vector<std::string>& words) {
  char quote = '\0';
  bool in_word = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\0' && " \t\r\n"sv.find(c) != std::string_view::npos) {
      in_word = false;
      continue;
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

}  // namespace

std::string scalar_json(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  const bool quoted = node.Tag() == "!";
  if (!quoted && (text == "true" || text == "false")) return text;
  const bool number = !quoted && !text.empty() && text.size() < 10 &&
                      text.find_first_not_of("0123456789") == std::string::npos &&
                      (text[0] != '0' || text.size() == 1);
  return number ? text : json_string(text);
}

std::string words_json(const YAML::Node& node) {
  std::vector<std::string> words;
  if (node.IsSequence()) {
    for (const YAML::Node& one : node) words.push_back(one.Scalar());
  } else if (!split_words(node.Scalar(), words)) {
    throw YAML::ParserException(node.Mark(), "a quote without its end");
  }
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + json_string(word);
  return "[" + list + "]";
}

VariablesJson variables_json(const YAML::Node& node) {
  VariablesJson made;
  std::map<std::string, std::string> variables;
  const auto add = [&](const std::string& name, const std::optional<std::string>& value) {
    if (name.empty() || name.find_first_of("=\0"sv) != std::string::npos) return;
    if (!value || *value == "${" + name + "}") {
      made.from_outside.push_back(name);
    } else if (value->find('\0') == std::string::npos) {
      variables[name] = *value;
    }
  };
  if (node.IsSequence()) {
    for (const YAML::Node& one : node) {
      const std::string& text = one.Scalar();
      const std::size_t equals = text.find('=');
      add(text.substr(0, equals),
          equals == std::string::npos ? std::nullopt : std::optional(text.substr(equals + 1)));
    }
  } else if (node.IsMap()) {
    for (const auto& one : node)
      add(one.first.Scalar(), one.second.IsNull() ? std::nullopt : std::optional(one.second.Scalar()));
  }
  for (const auto& [name, value] : variables)
    made.object +=
        fmt::format("{}{}: {}", made.object.empty() ? "" : ", ", json_string(name), json_string(value));
  made.object = made.object.empty() ? "{}" : "{ " + made.object + " }";
  return made;
}

std::optional<std::string> ports_json(const YAML::Node& node) {
  return list_json(node, [](const YAML::Node& port) {
    std::string text = text_of(port["published"]);
    if (!text.empty()) text += ":";
    if (const std::string address = text_of(port["host_ip"]); !address.empty()) text = address + ":" + text;
    text += text_of(port["target"]);
    const std::string protocol = text_of(port["protocol"]);
    return protocol.empty() || protocol == "tcp" ? text : text + "/" + protocol;
  });
}

std::optional<std::string> volumes_json(const YAML::Node& node) {
  return list_json(node, [](const YAML::Node& volume) {
    const std::string type = text_of(volume["type"]);
    if (type != "bind" && type != "volume") return std::string();
    const std::string source = text_of(volume["source"]);
    return (source.empty() ? "" : source + ":") + text_of(volume["target"]) +
           (text_of(volume["read_only"]) == "true" ? ":ro" : "");
  });
}

std::optional<std::string> files_json(const YAML::Node& node) {
  return list_json(node, [](const YAML::Node& file) { return text_of(file["path"]); });
}

std::optional<long long> duration_ms(const std::string& text) {
  struct Unit {
    std::string_view name;
    long long ms;
  };
  static constexpr std::array<Unit, 4> units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  long long total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    int number = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (failure != std::errc() || number < 0) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const Unit* meant = nullptr;
    for (const Unit& unit : units) {
      if (meant == nullptr && rest.starts_with(unit.name)) meant = &unit;
    }
    if (meant == nullptr) return std::nullopt;
    total += number * meant->ms;
    rest.remove_prefix(meant->name.size());
  }
  return text.empty() || total > 0x7FFFFFFF ? std::nullopt : std::optional(total);
}

}  // namespace dream::init
