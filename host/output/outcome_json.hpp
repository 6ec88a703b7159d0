#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_builder.hpp"
#include "base/time.hpp"
#include "engine/engine.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// `"reason":{"kind":"signal","signal":"SIGINT"}` (docs/events.md).
void add_reason(JsonLine& json, const engine::RunStop& reason, const Plan& plan);

/// How a step ended: `"outcome":"failed","exit":{"code":3},…` (docs/events.md).
void add_outcome(JsonLine& json, const engine::Outcome& outcome, const Plan& plan, Instant began);

/// The same of one attempt, without its times.
void add_end(JsonLine& json, const engine::Outcome& outcome, const Plan& plan);

/// Of "stream".
[[nodiscard]] inline const char* name_of(Stream stream) {
  return stream == Stream::out ? "stdout" : "stderr";
}

/// `"text":"…"`, or `"base64":"…"` of what is no UTF-8.
void add_data(JsonLine& json, std::string_view bytes);

/// Which task a step is, and what it is to the others: the same in events and in `dream plan --json`.
template <class Json>
void add_settings(Json& json, const Step& step) {
  json.member("project", step.id.project)
      .member("task", step.id.task)
      .text_or_null("executor", step.gathers ? std::string() : step.executor)
      .member("background", step.background)
      .member("required", step.required)
      .member("service", step.service);
}

/// Whole microseconds, the unit of all times in JSON.
[[nodiscard]] std::int64_t microseconds(Duration duration);

}  // namespace dream::output
