#include "control/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/json_builder.hpp"
#include "base/text.hpp"
#include "control/json.hpp"
#include "output/outcome_json.hpp"

namespace dream::control {

namespace {

constexpr std::array<std::string_view, 13> whats{"ps",     "logs", "events", "wait",    "why",
                                                 "down",   "stop", "start",  "restart", "leave",
                                                 "attach", "type", "resize"};
static_assert(whats.size() == static_cast<std::size_t>(Request::What::resize) + 1);
constexpr std::array<std::string_view, 4> untils{"", "started", "ready", "ended"};

template <std::size_t count>
std::optional<std::size_t> position_of(const std::array<std::string_view, count>& words,
                                       std::string_view word) {
  const auto found = std::ranges::find(words, word);
  return found == words.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - words.begin()));
}

/// Of a window.
std::uint16_t cells_at(const Json& object, const char* key) {
  constexpr std::int64_t most = 0xFFFF;
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(number_at(object, key), 0, most));
}

Error refused(std::string why) {
  return {ErrorCode::usage, std::move(why), {}, {}};
}

Result<Request> request_in(const Json& object, std::int64_t id) {
  Request request;
  request.id = id;
  const std::string word = text_at(object, "do");
  const auto what = position_of(whats, word);
  if (!what)
    return refused("unknown request " + in_quotes(word) +
                   fmt::format(": known are {}", fmt::join(whats, ", ")));
  request.what = Request::What(*what);
  const auto until = position_of(untils, text_at(object, "until"));
  if (!until) return refused("\"until\" is started, ready or ended");
  request.until = Request::Until(*until);
  request.follow = flag_at(object, "follow");
  request.now = flag_at(object, "now");
  request.with_dependents = flag_at(object, "withDependents");
  request.reload = flag_at(object, "reload");
  request.look = flag_at(object, "look");
  std::optional<std::string> bytes = read_bytes(object);
  if (!bytes) return refused("\"base64\" is none (RFC 4648)");
  request.bytes = *std::move(bytes);
  request.rows = cells_at(object, "rows");
  request.columns = cells_at(object, "columns");
  if (const Json* lines = member_of(object, "lines"); lines != nullptr && lines->IsUint())
    request.lines = std::min<std::size_t>(lines->GetUint(), most_lines);
  request.within_ms = std::max<std::int64_t>(number_at(object, "withinMs"), 0);
  if (const Json* steps = member_of(object, "steps")) {
    if (!steps->IsArray()) return refused("\"steps\" is an array of ids");
    for (const Json& step : steps->GetArray()) {
      if (!step.IsString()) return refused("\"steps\" is an array of ids");
      request.steps.emplace_back(step.GetString(), step.GetStringLength());
    }
  }
  return request;
}

}  // namespace

std::span<const std::string_view> words_of_requests() {
  return whats;
}

ReadRequest parse_request(std::string_view line) {
  const rapidjson::Document document = parse_line(line);
  const Json* id = member_of(document, "id");
  if (id == nullptr || !id->IsInt64())
    return {0, refused("a request is an object of JSON on one line, with an \"id\", a whole number")};
  return {id->GetInt64(), request_in(document, id->GetInt64())};
}

std::string to_line(const Request& request) {
  JsonLine json;
  json.begin_object().member("id", request.id).member("do", whats[static_cast<std::size_t>(request.what)]);
  const auto flag = [&](std::string_view name, bool is_set) {
    if (is_set) json.member(name, true);
  };
  if (!request.steps.empty()) json.member("steps", request.steps);
  if (request.lines) json.member("lines", *request.lines);
  if (request.within_ms > 0) json.member("withinMs", request.within_ms);
  flag("follow", request.follow);
  if (request.until != Request::Until::as_it_should)
    json.member("until", untils[static_cast<std::size_t>(request.until)]);
  flag("now", request.now);
  flag("withDependents", request.with_dependents);
  flag("reload", request.reload);
  flag("look", request.look);
  if (!request.bytes.empty()) output::add_data(json, request.bytes);
  if (request.rows > 0 && request.columns > 0)
    json.member("rows", request.rows).member("columns", request.columns);
  return json.end_object().line();
}

}  // namespace dream::control
