#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json_builder.hpp"

/// The lines that answer a request.
namespace dream::control {

/// Codes of errors: the exit codes of `dream ctl`.
inline constexpr int cannot_become_so = 1;
inline constexpr int usage = 2;

inline std::string error_line(std::int64_t id, const Error& error, int code) {
  JsonLine json;
  json.begin_object().member("id", id).begin_object("error").member("code", code);
  json.member("message", error.message).text_or_null("hint", error.hint);
  return json.end_object().end_object().line();
}

/// `add_members` adds what the answer has.
template <class AddMembers>
std::string ok_line(std::int64_t id, const AddMembers& add_members) {
  JsonLine json;
  json.begin_object().member("id", id).begin_object("ok");
  add_members(json);
  return json.end_object().end_object().line();
}

inline std::string ok_line(std::int64_t id) {
  return ok_line(id, [](JsonLine&) {});
}

inline std::string over_line(std::int64_t id, std::string_view why) {
  JsonLine json;
  return json.begin_object().member("id", id).member("over", why).end_object().line();
}

}  // namespace dream::control
