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
  missing_function,
  id,
  words,
  schema_text,
  schema_words,
  unknown_extension,
  incomplete_extension,
  extension_answer,
  ends_abruptly,
  unknown_status,
  silent_failure,
  no_handle,
  unknown_accepted,
  larger_struct,
  odd_state,
  no_exit,
  second_exit,
  odd_exit,
  late_output,
  exit_after_release,
  false_start,
  failure_left_something,
  terminate_again,
  no_force,
  missing_service,
  leaked_descriptor,
  leaked_thread,
  leaked_process,
  changed_process,
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
  std::string skipped;  ///< why the scenario could not be played; empty: it was

  void add(Fault fault, std::string text) { faults.push_back({fault, std::move(text)}); }
};

}  // namespace dream::conformance
