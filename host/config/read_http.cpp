#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

constexpr std::int64_t first_status = 100;
constexpr std::int64_t last_status = 599;
constexpr std::size_t longest_header = 8192;

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_visible(char character) {
  return character > ' ' && character <= '~';
}

/// The host that `rest` begins with, which is taken away from it; an address of IPv6 without its brackets.
std::optional<std::string> take_host(std::string_view& rest) {
  const bool bracketed = rest.starts_with('[');
  const std::size_t size = bracketed ? rest.find(']') : std::min(rest.find_first_of(":/?"), rest.size());
  if (size == std::string_view::npos) return std::nullopt;
  const std::string_view host = rest.substr(bracketed ? 1 : 0, size - (bracketed ? 1 : 0));
  rest.remove_prefix(size + (bracketed ? 1 : 0));
  const bool good = bracketed ? consists_of(host, "0123456789abcdefABCDEF:.")
                              : consists_of(host, std::string(letters_and_digits) + "._-");
  return good && !host.empty() ? std::optional<std::string>(host) : std::nullopt;
}

/// "http://host:port/path?query", ":port/path"; what of it is missing, has a usual value.
std::optional<HttpProbe> http_probe(std::string_view url) {
  HttpProbe probe{.url = std::string(url), .host = "localhost"};
  constexpr std::string_view scheme = "http://";
  std::string_view rest = url;
  if (rest.starts_with(scheme)) {
    rest.remove_prefix(scheme.size());
    const auto host = take_host(rest);
    if (!host) return std::nullopt;
    probe.host = *host;
  } else if (!rest.starts_with(':')) {
    return std::nullopt;
  }
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    const std::size_t behind_name = rest.starts_with("{port:") ? rest.find('}') + 1 : 0;
    const std::string_view written = rest.substr(0, rest.find_first_of("/?", behind_name));
    if (auto name = port_name_in(written))
      probe.port_name = std::move(*name);
    else if (const auto port = port_of(written))
      probe.port = *port;
    else
      return std::nullopt;
    rest.remove_prefix(written.size());
  }
  const bool is_target = rest.empty() || rest.front() == '/' || rest.front() == '?';
  if (!is_target || !std::ranges::all_of(rest, is_visible) || rest.find('#') != std::string_view::npos)
    return std::nullopt;
  probe.target = (rest.starts_with('/') ? "" : "/") + std::string(rest);
  return probe;
}

void read_url(Reader& reader, const Place& place, const Json& value, HttpProbe& probe) {
  const auto url = reader.text(place, value, R"(a URL, such as ":8080/health")");
  if (!url) return;
  if (auto read = http_probe(*url)) {
    read->statuses = std::move(probe.statuses);
    read->headers = std::move(probe.headers);
    probe = std::move(*read);
  } else if (url->starts_with("https:")) {
    reader.report(place, "dream asks no server over TLS",
                  fmt::format(R"(let a tool do it: {{ "exec": ["curl", "-fsS", {}] }})", json_string(*url)));
  } else {
    const std::size_t host = url->find("://");
    const bool has_user = host != std::string::npos && url->find('@') < url->find('/', host + 3);
    reader.report(place, fmt::format("{} is no URL that dream can ask", in_quotes(*url)),
                  has_user ? R"(no user and password in the URL: write "headers": { "Authorization": … })"
                           : R"(write "http://localhost:8080/health" or ":8080/health")");
  }
}

/// 204, "200-399".
std::optional<HttpProbe::Statuses> read_some_statuses(Reader& reader, const Place& place, const Json& value) {
  constexpr const char* what = R"(a status such as 204 or a range such as "200-399")";
  if (!value.IsString()) {
    const auto one = reader.whole_number(place, value, what, first_status, last_status);
    if (!one) return std::nullopt;
    return HttpProbe::Statuses{static_cast<std::uint16_t>(*one), static_cast<std::uint16_t>(*one)};
  }
  const std::string_view text = text_of(value);
  constexpr std::size_t digits = 3;
  HttpProbe::Statuses range;
  if (text.size() == 2 * digits + 1 && text[digits] == '-' && consists_of(text, "0123456789-")) {
    std::from_chars(text.data(), text.data() + digits, range.first);
    std::from_chars(text.data() + digits + 1, text.data() + text.size(), range.last);
    if (first_status <= range.first && range.first <= range.last && range.last <= last_status) return range;
  }
  reader.report_type(place, what, value, fmt::format("statuses go from {} to {}", first_status, last_status));
  return std::nullopt;
}

void read_statuses(Reader& reader, const Place& place, const Json& value, HttpProbe& probe) {
  probe.statuses.clear();
  if (!value.IsArray()) {
    if (const auto some = read_some_statuses(reader, place, value)) probe.statuses.push_back(*some);
    return;
  }
  if (value.Empty()) reader.report(place, "no status", R"(when absent it is "200-399")");
  std::size_t index = 0;
  for (const Json& element : value.GetArray())
    if (const auto some = read_some_statuses(reader, Place(place, element, index++), element))
      probe.statuses.push_back(*some);
}

void read_headers(Reader& reader, const Place& place, const Json& value, HttpProbe& probe) {
  if (!reader.is_object(place, value)) return;
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    const std::string_view name = at.key();
    const std::string_view text = member.value.IsString() ? text_of(member.value) : std::string_view();
    const auto is_text = [](char character) { return is_visible(character) || character == ' '; };
    if (name.empty() || name.size() > longest_header ||
        !consists_of(name, std::string(letters_and_digits) + "!#$%&'*+.^_`|~-")) {
      reader.report(at, fmt::format("{} can't be the name of a header", in_quotes(name)),
                    "it has letters, digits and \"-\"");
    } else if (!member.value.IsString()) {
      reader.report_type(at, "a string", member.value,
                         member.value.IsNumber() || member.value.IsBool() ? "put it in double quotes" : "");
    } else if (text.size() > longest_header || !std::ranges::all_of(text, is_text)) {
      reader.report(
          at, "a header can't have this value",
          fmt::format("it is plain ASCII without line ends, of {} characters at most", longest_header));
    } else {
      probe.headers.emplace_back(name, text);
    }
  }
}

constexpr std::array<Field<HttpProbe>, 3> http_fields{{
    {"url", read_url},
    {"status", read_statuses},
    {"headers", read_headers},
}};

}  // namespace

void read_http(Reader& reader, const Place& place, const Json& value, Probes& probes) {
  HttpProbe probe;
  if (value.IsObject()) {
    read_object(reader, place, value, http_fields, probe);
    if (reader.tree().find(value, "url") == nullptr)
      reader.report(place, "the probe has no \"url\"", R"(such as ":8080/health")");
  } else if (value.IsString()) {
    read_url(reader, place, value, probe);
  } else {
    reader.report_type(place, R"(a URL, or an object with "url")", value);
  }
  probes.emplace_back(std::move(probe));
}

}  // namespace dream::config
