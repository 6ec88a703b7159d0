#include "init/compose_values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/text.hpp"

namespace dream::init {

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
  if (!node.IsSequence()) return json_string(node.Scalar());
  std::string list;
  for (const YAML::Node& one : node) list += (list.empty() ? "" : ", ") + json_string(one.Scalar());
  return "[" + list + "]";
}

std::string variables_json(const YAML::Node& node, std::vector<std::string>& from_outside) {
  std::string members;
  const auto add = [&](const std::string& name, const std::string& value) {
    members += fmt::format("{}{}: {}", members.empty() ? "" : ", ", json_string(name), json_string(value));
  };
  if (node.IsSequence()) {
    for (const YAML::Node& one : node) {
      const std::string& text = one.Scalar();
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos) {
        from_outside.push_back(text);
      } else {
        add(text.substr(0, equals), text.substr(equals + 1));
      }
    }
  } else if (node.IsMap()) {
    for (const auto& one : node) {
      if (one.second.IsNull()) {
        from_outside.push_back(one.first.Scalar());
      } else {
        add(one.first.Scalar(), one.second.Scalar());
      }
    }
  }
  return members.empty() ? "{}" : "{ " + members + " }";
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
