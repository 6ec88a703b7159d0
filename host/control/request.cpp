#include "control/request.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace dream::control {

namespace {

constexpr std::array<std::string_view, 10> whats{"ps",   "logs", "events", "wait",    "why",
                                                 "down", "stop", "start",  "restart", "leave"};
constexpr std::array<std::string_view, 4> untils{"", "started", "ready", "ended"};
constexpr std::size_t most_lines = 1'000'000;

template <std::size_t count>
std::optional<std::size_t> position_of(const std::array<std::string_view, count>& words,
                                       std::string_view word) {
  const auto found = std::ranges::find(words, word);
  return found == words.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - words.begin()));
}

std::string_view text_at(const rapidjson::Value& object, const char* key) {
  const auto found = object.FindMember(key);
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

bool flag_at(const rapidjson::Value& object, const char* key) {
  const auto found = object.FindMember(key);
  return found != object.MemberEnd() && found->value.IsBool() && found->value.GetBool();
}

}  // namespace

Result<Request> parse_request(std::string_view line) {
  const auto refused = [](std::string why) { return Error{ErrorCode::usage, std::move(why), {}, {}}; };
  rapidjson::Document document;
  // Without recursion: a client may nest as deeply as it likes.
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject())
    return refused("a request is an object of JSON on one line");
  Request request;
  const auto id = document.FindMember("id");
  if (id == document.MemberEnd() || !id->value.IsInt64())
    return refused("a request has an \"id\", a whole number");
  request.id = id->value.GetInt64();
  const std::string_view word = text_at(document, "do");
  const auto what = position_of(whats, word);
  if (!what)
    return refused("unknown request " + in_quotes(word) +
                   ": known are ps, logs, events, wait, why, down, stop, start, restart");
  request.what = Request::What(*what);
  const auto until = position_of(untils, text_at(document, "until"));
  if (!until) return refused("\"until\" is started, ready or ended");
  request.until = Request::Until(*until);
  request.follow = flag_at(document, "follow");
  request.now = flag_at(document, "now");
  if (const auto lines = document.FindMember("lines"); lines != document.MemberEnd() && lines->value.IsUint())
    request.lines = std::min<std::size_t>(lines->value.GetUint(), most_lines);
  if (const auto steps = document.FindMember("steps"); steps != document.MemberEnd()) {
    if (!steps->value.IsArray()) return refused("\"steps\" is an array of ids");
    for (const rapidjson::Value& step : steps->value.GetArray()) {
      if (!step.IsString()) return refused("\"steps\" is an array of ids");
      request.steps.emplace_back(step.GetString(), step.GetStringLength());
    }
  }
  return request;
}

std::string to_line(const Request& request) {
  std::string line =
      fmt::format(R"({{"id":{},"do":"{}")", request.id, whats[static_cast<std::size_t>(request.what)]);
  if (!request.steps.empty()) {
    line += R"(,"steps":[)";
    const char* before = "";
    for (const std::string& step : request.steps) {
      line += before + json_string(step);
      before = ",";
    }
    line += ']';
  }
  if (request.lines > 0) line += fmt::format(R"(,"lines":{})", request.lines);
  if (request.follow) line += R"(,"follow":true)";
  if (request.until != Request::Until::as_it_should)
    line += fmt::format(R"(,"until":"{}")", untils[static_cast<std::size_t>(request.until)]);
  if (request.now) line += R"(,"now":true)";
  return line + "}\n";
}

}  // namespace dream::control
