#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What a plugin can do wrong, and be seen to.
namespace dream::conformance {

/// One for each rule: a scenario may see several, each rule looks for its own.
enum class Fault : std::uint8_t {
  no_library,
  unresolved_symbol,
  no_entry,
  more_exports,
  entry_throws,
  silent_refusal,
  refusal,
  other_table,
  newer_refused,
  short_table,
  later_minor,
  missing_function,
  id,
  words,
  schema_text,
  schema_words,
  schema_of_no_object,
  unknown_extension,
  incomplete_extension,
  extension_answer,
  reap_answer,
  need_of_nothing,
  odd_need,
  other_needs,
  inside_answer,
  health_answer,
  ends_abruptly,
  start_again,
  wrong_thread,
  wrong_handle,
  wrong_argument,
  unknown_value,
  borrowed_text,
  hasty_output,
  unknown_status,
  silent_failure,
  no_handle,
  more_than_a_line,
  dropped_arguments,
  split_words,
  dropped_directory,
  dropped_environment,
  unknown_accepted,
  larger_struct,
  odd_state,
  odd_pid,
  no_exit,
  second_exit,
  odd_exit,
  other_exit,
  other_output,
  late_output,
  child_left,
  exit_after_release,
  false_start,
  no_start,
  false_ready,
  odd_ready,
  failure_left_something,
  terminate_again,
  not_asked,
  dropped_signal,
  no_force,
  missing_service,
  leaked_descriptor,
  leaked_thread,
  leaked_process,
  leaked_memory,
  changed_process,
  changed_descriptors,
  slow_call,
  any_order,
};

struct SeenFault {
  Fault fault{};
  std::string text;  ///< a sentence without a full stop
};

/// What a scenario has seen.
struct Findings {
  std::vector<SeenFault> faults;
  std::string skipped;     ///< why the scenario could not be played; empty: it was
  bool started = false;    ///< a task, in this scene
  bool unstarted = false;  ///< no form of the task could be started when it should have been

  void add(Fault fault, std::string text) { faults.push_back({fault, std::move(text)}); }
};

}  // namespace dream::conformance
