#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/read_workspace.hpp"
#include "plan/ports.hpp"

namespace dream::config {

namespace {

bool is_name_of_variable(std::string_view name) {
  return !name.empty() && name.find('=') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

Environment read_environment(Reader& reader, const Place& place, const Json& value) {
  Environment environment;
  if (!reader.is_object(place, value)) return environment;
  environment.reserve(value.MemberCount());
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    const std::string_view name = at.key();
    if (!is_name_of_variable(name)) {
      reader.report(at, in_quotes(name) + " can't be the name of a variable",
                    name.empty() ? "a name can't be empty" : "a name holds no \"=\" and no NUL");
    } else if (!member.value.IsString()) {
      reader.report_type(at, "a string", member.value,
                         member.value.IsNumber() || member.value.IsBool() ? "put it in double quotes" : "");
    } else if (text_of(member.value).find('\0') != std::string_view::npos) {
      reader.report(at, "a NUL character (\\u0000) in the string");
    } else {
      environment.emplace_back(name, text_of(member.value));
    }
  }
  return environment;
}

std::optional<std::string> port_name_in(std::string_view text) {
  constexpr std::string_view begin = "{port:";
  if (!text.starts_with(begin) || text.find('}') + 1 != text.size() || text.size() == begin.size() + 1)
    return std::nullopt;
  return std::string(text.substr(begin.size(), text.size() - begin.size() - 1));
}

std::vector<Port> read_ports(Reader& reader, const Place& place, const Json& value) {
  std::vector<Port> ports;
  if (!reader.is_object(place, value)) return ports;
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    if (!plan::is_port_name(at.key())) {
      reader.report(at, in_quotes(at.key()) + " can't be the name of a port",
                    "the port is given to the task as a variable of this name, as in \"PORT\": 3000");
      continue;
    }
    const auto number = reader.whole_number(at, member.value, "the number of a port", 1, 65535);
    if (!number) continue;
    ports.push_back({std::string(at.key()), static_cast<std::uint16_t>(*number), at.offset(reader.tree())});
  }
  return ports;
}

}  // namespace dream::config
