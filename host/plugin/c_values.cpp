#include "plugin/c_values.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>

#include "base/cut_off.hpp"
#include "base/text.hpp"

namespace dream::plugin {

namespace {

constexpr int exit_code_max = 255;
constexpr int signal_max = 64;

}  // namespace

std::string line_of(dream_str text) {
  return printable(cut_off(text_of(text), longest_line));
}

std::vector<dream_str> views_of(const std::vector<std::string>& texts) {
  std::vector<dream_str> views;
  views.reserve(texts.size());
  for (const std::string& text : texts) views.push_back(view_of(text));
  return views;
}

std::vector<std::string> texts_of(dream_strs texts) {
  std::vector<std::string> copies;
  if (texts.data == nullptr) return copies;
  copies.reserve(texts.count);
  for (std::size_t index = 0; index < texts.count; ++index) copies.emplace_back(text_of(texts.data[index]));
  return copies;
}

ErrorCode error_code(dream_status status) {
  switch (status) {
    case DREAM_E_FAILED:
      return ErrorCode::io;
    case DREAM_E_OPTIONS:
      return ErrorCode::configuration;
    case DREAM_E_NOT_FOUND:
      return ErrorCode::not_found;
    case DREAM_E_NOT_EXECUTABLE:
      return ErrorCode::not_executable;
    case DREAM_E_UNSUPPORTED:
      return ErrorCode::unsupported;
    default:
      return ErrorCode::internal;
  }
}

dream_status status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::configuration:
      return DREAM_E_OPTIONS;
    case ErrorCode::not_found:
      return DREAM_E_NOT_FOUND;
    case ErrorCode::not_executable:
      return DREAM_E_NOT_EXECUTABLE;
    case ErrorCode::unsupported:
      return DREAM_E_UNSUPPORTED;
    case ErrorCode::internal:
      return DREAM_E_INTERNAL;
    case ErrorCode::usage:
    case ErrorCode::plan:
    case ErrorCode::plugin:
    case ErrorCode::io:
      break;
  }
  return DREAM_E_FAILED;
}

std::string status_name(dream_status status) {
  switch (status) {
    case DREAM_OK:
      return "DREAM_OK";
    case DREAM_STARTING:
      return "DREAM_STARTING";
    case DREAM_AGAIN:
      return "DREAM_AGAIN";
    case DREAM_E_FAILED:
      return "DREAM_E_FAILED";
    case DREAM_E_OPTIONS:
      return "DREAM_E_OPTIONS";
    case DREAM_E_NOT_FOUND:
      return "DREAM_E_NOT_FOUND";
    case DREAM_E_NOT_EXECUTABLE:
      return "DREAM_E_NOT_EXECUTABLE";
    case DREAM_E_UNSUPPORTED:
      return "DREAM_E_UNSUPPORTED";
    case DREAM_E_INVALID:
      return "DREAM_E_INVALID";
    case DREAM_E_STALE:
      return "DREAM_E_STALE";
    case DREAM_E_THREAD:
      return "DREAM_E_THREAD";
    case DREAM_E_INTERNAL:
      return "DREAM_E_INTERNAL";
    default:
      return fmt::format("status {}", status);
  }
}

ReportedExit read_exit(const dream_exit* exit) {
  if (exit == nullptr) return {Lost{"the plugin reported an exit without saying how"}, "", false};
  const dream_exit seen = copy_of(exit);
  std::string text = line_of(seen.text);
  if (seen.kind == DREAM_EXIT_CODE && seen.value >= 0 && seen.value <= exit_code_max) {
    return {ExitedWith{seen.value}, std::move(text)};
  }
  if (seen.kind == DREAM_EXIT_SIGNAL && seen.value > 0 && seen.value <= signal_max) {
    return {KilledBy{seen.value}, std::move(text)};
  }
  if (seen.kind == DREAM_EXIT_LOST) {
    return {Lost{text.empty() ? "the plugin doesn't say why" : std::move(text)}, ""};
  }
  return {Lost{fmt::format("the plugin reported an exit of kind {} with value {}, which means nothing",
                           seen.kind, seen.value)},
          "", false};
}

dream_exit exit_of(const ExitStatus& status) {
  dream_exit exit{};
  exit.size = sizeof(exit);
  if (const auto* exited = std::get_if<ExitedWith>(&status)) {
    exit.kind = DREAM_EXIT_CODE;
    exit.value = exited->code;
  } else if (const auto* killed = std::get_if<KilledBy>(&status)) {
    exit.kind = DREAM_EXIT_SIGNAL;
    exit.value = killed->signal;
  } else {
    exit.kind = DREAM_EXIT_LOST;
    exit.text = view_of(std::get<Lost>(status).reason);
  }
  return exit;
}

TaskTable::TaskTable(const TaskSpec& task, dream_run_id run)
    : arguments_(views_of(task.arguments)),
      environment_(views_of(*task.environment)),
      own_environment_(views_of(*task.own_environment)) {
  table_.size = sizeof(table_);
  table_.flags = (task.pty ? DREAM_TASK_PTY : 0U) | (task.stop_signal ? 0U : DREAM_TASK_OWN_SIGNAL) |
                 (task.tell_ready ? DREAM_TASK_TELL_READY : 0U) |
                 (task.ask_health ? DREAM_TASK_ASK_HEALTH : 0U);
  table_.run = run;
  table_.name = view_of(task.name);
  table_.command_kind = DREAM_COMMAND_NONE;
  if (task.command) {
    if (const auto* line = std::get_if<std::string>(&*task.command)) {
      table_.command_kind = DREAM_COMMAND_LINE;
      table_.command_line = view_of(*line);
    } else {
      argv_ = views_of(std::get<std::vector<std::string>>(*task.command));
      table_.command_kind = DREAM_COMMAND_ARGV;
      table_.command_argv = span_of(argv_);
    }
  }
  table_.stop_signal = task.stop_signal.value_or(SIGTERM);
  table_.grace_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(task.stop_grace).count());
  table_.arguments = span_of(arguments_);
  table_.directory = view_of(task.directory);
  table_.environment = span_of(environment_);
  table_.options = view_of(task.options_json);
  table_.own_environment = span_of(own_environment_);
  if (task.tell_ready) {
    table_.ready_limit_ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(task.ready_limit).count());
  }
}

}  // namespace dream::plugin
