#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "config/read_workspace.hpp"
#include "plan/ports.hpp"

namespace dream::config {

namespace {

constexpr std::int64_t last_port = 65535;

/// A number, or the name of one of the step's own.
void read_port(Reader& reader, const Place& place, const Json& value, PortProbe& probe) {
  if (value.IsString() && plan::is_port_name(text_of(value))) {
    probe.names.emplace_back(text_of(value));
  } else if (const auto digits = value.IsString() ? port_of(text_of(value)) : std::nullopt) {
    probe.ports.push_back(*digits);  // of a variable
  } else if (const auto port = reader.whole_number(place, value, "a port", 1, last_port)) {
    probe.ports.push_back(static_cast<std::uint16_t>(*port));
  }
}

void read_ports(Reader& reader, const Place& place, const Json& value, Probes& probes) {
  PortProbe probe;
  if (!value.IsArray()) {
    read_port(reader, place, value, probe);
  } else if (value.Empty()) {
    reader.report(place, "no port to listen on", "write the number of one");
  } else {
    std::size_t index = 0;
    for (const Json& element : value.GetArray())
      read_port(reader, Place(place, element, index++), element, probe);
  }
  if (!probe.ports.empty() || !probe.names.empty()) probes.emplace_back(std::move(probe));
}

/// "localhost:5432", "[::1]:5432".
std::optional<TcpProbe> tcp_probe(std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string name;
  auto port = port_of(text.substr(colon + 1));
  if (const std::size_t brace = text.find("{port:"); !port && brace != 0 && brace != std::string_view::npos) {
    name = port_name_in(text.substr(brace)).value_or(std::string());
    if (!name.empty() && text[brace - 1] == ':') port = 0, colon = brace - 1;
  }
  if (!port) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool good = bracketed ? host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos
                              : host.find_first_of(":[]") == std::string_view::npos;
  if (host.empty() || !good) return std::nullopt;
  return TcpProbe{std::string(host), *port, std::move(name)};
}

void read_tcp(Reader& reader, const Place& place, const Json& value, Probes& probes) {
  const auto text = reader.text(place, value, R"(a host and a port, such as "localhost:5432")");
  if (!text) return;
  if (auto probe = tcp_probe(*text))
    probes.emplace_back(std::move(*probe));
  else
    reader.report(place, fmt::format("{} is no host and port", in_quotes(*text)),
                  R"(write "localhost:5432" or "[::1]:5432")");
}

/// What is asked of somebody else, without more words.
template <class Kind>
void read_true(Reader& reader, const Place& place, const Json& value, Probes& probes) {
  if (value.IsTrue())
    probes.emplace_back(Kind{});
  else
    reader.report_type(place, "true", value, "leave the key out where it isn't to be asked");
}

constexpr std::array<Field<Probes>, 8> probe_fields{{
    {"port", read_ports},
    {"tcp", read_tcp},
    {"http", read_http},
    {"log",
     [](Reader& reader, const Place& place, const Json& value, Probes& probes) {
       if (auto text = reader.text(place, value, "a text to look for")) probes.emplace_back(LogProbe{*text});
     }},
    {"file",
     [](Reader& reader, const Place& place, const Json& value, Probes& probes) {
       if (auto path = reader.text(place, value, "the path of a file")) probes.emplace_back(FileProbe{*path});
     }},
    {"exec",
     [](Reader& reader, const Place& place, const Json& value, Probes& probes) {
       if (auto command = read_command(reader, place, value)) probes.emplace_back(ExecProbe{*command});
     }},
    {"notify", read_true<NotifyProbe>},
    {"healthcheck", read_true<HealthcheckProbe>},
}};

void read_probe(Reader& reader, const Place& place, const Json& value, Probes& probes) {
  constexpr const char* kinds = "port, tcp, http, log, file, exec, notify or healthcheck";
  if (!value.IsObject()) return reader.report_type(place, "a probe, an object with one key", value, kinds);
  read_object(reader, place, value, probe_fields, probes);
  if (value.ObjectEmpty()) reader.report(place, "the probe is empty", fmt::format("its key is {}", kinds));
  const auto is_kind = [](const Member& member) { return is_probe_key(text_of(member.name)); };
  if (std::ranges::count_if(value.GetObject(), is_kind) > 1)
    reader.report(place, "a probe has one key", "write an array of probes: they pass one after the other");
}

}  // namespace

bool is_probe_key(std::string_view key) {
  return std::ranges::find(probe_fields, key, &Field<Probes>::name) != probe_fields.end();
}

void read_probe_key(std::string_view key, Reader& reader, const Place& place, const Json& value,
                    Probes& probes) {
  for (const Field<Probes>& field : probe_fields) {
    if (field.name == key) field.read(reader, place, value, probes);
  }
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc{} && last == end && digits.front() != '0' ? std::optional(port) : std::nullopt;
}

Probes read_ready(Reader& reader, const Place& place, const Json& value) {
  Probes probes;
  if (!value.IsArray()) {
    read_probe(reader, place, value, probes);
    return probes;
  }
  if (value.Empty()) reader.report(place, "no probe", "without this key nothing tells when it is ready");
  if (value.Size() > most_probes)
    reader.report(place, fmt::format("{} probes", value.Size()), fmt::format("{} are the most", most_probes));
  std::size_t index = 0;
  for (const Json& element : value.GetArray())
    read_probe(reader, Place(place, element, index++), element, probes);
  return probes;
}

std::optional<WaitFor> read_wait_for(Reader& reader, const Place& place, const Json& value) {
  const std::string_view text = value.IsString() ? text_of(value) : std::string_view();
  if (text == "started") return WaitFor::started;
  if (text == "ready") return WaitFor::ready;
  reader.report_type(place, R"("started" or "ready")", value);
  return std::nullopt;
}

}  // namespace dream::config
