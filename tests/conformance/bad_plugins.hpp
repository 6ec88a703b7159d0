#pragma once

#include <array>

namespace dream::conformance {

/// A plugin of tests/plugins, and the one rule that it breaks.
struct BadPlugin {
  const char* name;
  const char* verdict;  ///< an exception can be caught only in a program that shares the plugin's C++ runtime
  const char* rule;
};

inline constexpr std::array bad_plugins{
    BadPlugin{"unresolved_symbol", "fail", "file.symbols"},
    BadPlugin{"no_symbol", "fail", "file.entry"},
    BadPlugin{"newer_major", "fail", "file.entry"},
    BadPlugin{"older_major", "fail", "file.entry"},
    BadPlugin{"more_exports", "warn", "file.exports"},
    BadPlugin{"throws_at_once", "(fail|crash)", "entry.returns"},
    BadPlugin{"refuses_silently", "fail", "entry.reason"},
    BadPlugin{"refuses", "fail", "entry.accepts"},
    BadPlugin{"other_table", "fail", "entry.same"},
    BadPlugin{"exact_handshake", "fail", "entry.newer"},
    BadPlugin{"short_table", "fail", "table.size"},
    BadPlugin{"later_minor", "warn", "table.minor"},
    BadPlugin{"missing_function", "fail", "table.functions"},
    BadPlugin{"id", "fail", "metadata.id"},
    BadPlugin{"no_version", "warn", "metadata.words"},
    BadPlugin{"schema_text", "fail", "schema.text"},
    BadPlugin{"schema_words", "fail", "schema.words"},
    BadPlugin{"schema_of_an_array", "fail", "schema.object"},
    BadPlugin{"later_extension", "fail", "extension.unknown"},
    BadPlugin{"any_extension", "fail", "extension.unknown"},
    BadPlugin{"empty_extension", "fail", "extension.functions"},
    BadPlugin{"discovers_always", "fail", "extension.answers"},
    BadPlugin{"throws", "crash", "life.returns"},
    BadPlugin{"crashes", "crash", "life.returns"},
    BadPlugin{"exits_process", "crash", "life.returns"},
    BadPlugin{"hangs", "fail", "life.returns"},
    BadPlugin{"crashes_in_release", "crash", "life.returns"},
    BadPlugin{"hangs_in_destroy", "fail", "life.returns"},
    BadPlugin{"writes_from_a_thread", "fail", "call.thread"},
    BadPlugin{"asks_for_no_child", "fail", "call.handle"},
    BadPlugin{"child_of_no_size", "fail", "call.argument"},
    BadPlugin{"child_of_no_function", "fail", "call.argument"},
    BadPlugin{"unknown_flag", "fail", "call.unknown"},
    BadPlugin{"reaps_silently", "fail", "reap.answers"},
    BadPlugin{"unknown_status", "fail", "call.status"},
    BadPlugin{"fails_silently", "fail", "call.reason"},
    BadPlugin{"blocks", "warn", "call.time"},
    BadPlugin{"keeps_text", "fail", "call.borrowed"},
    BadPlugin{"detail_of_two_lines", "fail", "text.line"},
    BadPlugin{"reason_of_two_lines", "fail", "text.line"},
    BadPlugin{"no_run", "fail", "start.handle"},
    BadPlugin{"accepts_anything", "fail", "start.unknown"},
    BadPlugin{"exact_structs", "fail", "start.larger"},
    BadPlugin{"failure_leaves_timer", "fail", "start.failure"},
    BadPlugin{"never_exits", "fail", "exit.comes"},
    BadPlugin{"drops_arguments", "fail", "start.arguments"},
    BadPlugin{"drops_directory", "fail", "start.directory"},
    BadPlugin{"drops_environment", "fail", "start.environment"},
    BadPlugin{"leaves_child", "fail", "exit.children"},
    BadPlugin{"writes_on", "fail", "output.again"},
    BadPlugin{"exits_twice", "fail", "exit.once"},
    BadPlugin{"odd_exit", "fail", "exit.kind"},
    BadPlugin{"late_output", "fail", "exit.last"},
    BadPlugin{"reports_after_release", "fail", "exit.released"},
    BadPlugin{"starts_twice", "fail", "started.once"},
    BadPlugin{"odd_phase", "fail", "status.phase"},
    BadPlugin{"terminate_late", "fail", "terminate.again"},
    BadPlugin{"kills_at_once", "fail", "terminate.gracefully"},
    BadPlugin{"never_asks", "fail", "terminate.gracefully"},
    BadPlugin{"drops_signal", "fail", "terminate.signal"},
    BadPlugin{"never_forces", "fail", "terminate.force"},
    BadPlugin{"needs_log", "crash", "host.services"},
    BadPlugin{"leaks_descriptor", "fail", "leak.descriptors"},
    BadPlugin{"leaks_some_descriptors", "fail", "leak.descriptors"},
    BadPlugin{"leaks_thread", "fail", "leak.threads"},
    BadPlugin{"leaks_child", "fail", "leak.processes"},
    BadPlugin{"leaks_memory", "fail", "leak.memory"},
    BadPlugin{"prints", "fail", "process.descriptors"},
    BadPlugin{"replaces_stdin", "fail", "process.descriptors"},
    BadPlugin{"changes_folder", "fail", "process.untouched"},
    BadPlugin{"handles_signal", "fail", "process.untouched"},
    BadPlugin{"one_at_a_time", "fail", "order.any"},
};

}  // namespace dream::conformance
