#include <algorithm>
#include <array>

#include "conformance/scenarios.hpp"

namespace dream::conformance {

namespace {

using enum Level;

// What the rules about runs need: a plugin that can be entered and lives through a run.
constexpr std::string_view a_table = "table.functions";
constexpr std::string_view calls =
    "life.returns start.again call.thread call.handle call.argument call.unknown";
constexpr std::string_view a_life = "life.returns start.again exit.comes";
constexpr std::string_view a_life_and_extensions = "life.returns start.again exit.comes extension.functions";
constexpr std::string_view a_run_and_its_children =
    "life.returns start.again exit.comes call.reason start.handle exit.children";
constexpr std::string_view a_run_that_is_one_child =
    "life.returns start.again exit.comes call.reason start.handle exit.children exit.kind exit.last "
    "output.again";
constexpr std::string_view a_run = "life.returns start.again exit.comes call.reason start.handle";

constexpr std::array all{
    Rule{"file.library", must, Fault::no_library, "", look_at_file,
         "is a whole shared library for this machine"},
    Rule{"file.symbols", must, Fault::unresolved_symbol, "file.library", load_file,
         "loads with every symbol resolved"},
    Rule{"file.entry", must, Fault::no_entry, "file.symbols", find_entry, "exports dream_plugin_v1"},
    Rule{"file.exports", should, Fault::more_exports, "file.entry", list_exports,
         "exports nothing but its entry function"},
    Rule{"entry.returns", must, Fault::entry_throws, "file.entry", enter_once, "the entry function returns"},
    Rule{"entry.reason", must, Fault::silent_refusal, "entry.returns", enter_once,
         "a refusal has told its reason"},
    Rule{"entry.accepts", must, Fault::refusal, "entry.returns", enter_once,
         "accepts a host of its own version"},
    Rule{"entry.same", must, Fault::other_table, "entry.accepts entry.reason", enter_twice,
         "gives the same table each time"},
    Rule{"entry.newer", must, Fault::newer_refused, "entry.accepts entry.reason", enter_as_newer_host,
         "accepts a later minor version and a larger handshake"},
    Rule{"table.size", must, Fault::short_table, "entry.accepts entry.reason", look_at_table,
         "the table reaches to the last function of version 1.0"},
    Rule{"table.functions", must, Fault::missing_function, "table.size", look_at_table,
         "every function but extension is there"},
    Rule{"table.minor", should, Fault::later_minor, "table.size", compare_minor,
         "abi_minor is not later than that of a host that it accepts"},
    Rule{"metadata.id", must, Fault::id, a_table, read_metadata,
         "the id is well-formed, and the file is libdream_<id>.so"},
    Rule{"metadata.words", should, Fault::words, a_table, read_metadata,
         "version and summary are one line of text each"},
    Rule{"schema.text", must, Fault::schema_text, a_table, read_schema,
         "options_schema is a JSON object, or empty"},
    Rule{"schema.words", must, Fault::schema_words, "schema.text", read_schema,
         "the schema has only words that dream enforces"},
    Rule{"schema.object", must, Fault::schema_of_no_object, "schema.text", read_schema,
         "the schema allows an object"},
    Rule{"extension.unknown", must, Fault::unknown_extension, a_table, ask_for_extensions,
         "extension answers NULL to an id that it doesn't know"},
    Rule{"extension.functions", must, Fault::incomplete_extension, a_table, ask_for_extensions,
         "an extension that it has is complete"},
    Rule{"life.returns", must, Fault::ends_abruptly, a_table, live_a_whole_life,
         "every function returns: no exception, no crash, no end of the process"},
    Rule{"start.again", must, Fault::start_again, "life.returns", live_a_whole_life,
         "a task that was started can be started again, by the same host and by the next"},
    Rule{"call.thread", must, Fault::wrong_thread, "life.returns start.again", live_a_whole_life,
         "[loop] functions of the host are called on the loop's thread"},
    Rule{"call.handle", must, Fault::wrong_handle, "life.returns start.again", live_a_whole_life,
         "the host is called with runs and children that exist"},
    Rule{"call.argument", must, Fault::wrong_argument, "life.returns start.again", live_a_whole_life,
         "what the host is given makes sense: sizes, functions, texts, folders"},
    Rule{"call.unknown", must, Fault::unknown_value, "life.returns start.again", live_a_whole_life,
         "flags, streams and urgencies that the host is given exist"},
    Rule{"exit.comes", must, Fault::no_exit, calls, live_a_whole_life,
         "on_exit is called once the run's children have ended, or it was forced to end"},
    Rule{"extension.answers", must, Fault::extension_answer, "extension.functions life.returns",
         ask_extensions,
         "discover finds nothing in an empty folder; describe gives one line, and starts nothing"},
    Rule{"depends.nothing", must, Fault::need_of_nothing, "extension.functions life.returns", ask_needs,
         "depends tells that an empty folder needs nothing"},
    Rule{"depends.answers", must, Fault::odd_need, "extension.functions life.returns", ask_needs,
         "depends tells of absolute paths and of kinds that exist, once each, and not of the project itself"},
    Rule{"depends.again", must, Fault::other_needs, "extension.functions life.returns", ask_needs,
         "depends tells the same when it is asked again"},
    Rule{"reap.answers", must, Fault::reap_answer, "extension.functions life.returns", reap_nothing,
         "reap of a run that has left nothing succeeds, or says why it can't tell"},
    Rule{"inside.answers", must, Fault::inside_answer, "extension.functions life.returns exit.comes",
         run_a_command_inside, "the end of a command inside a run is told once, before the run's release"},
    Rule{"health.answers", must, Fault::health_answer, "extension.functions life.returns exit.comes",
         ask_whether_healthy, "whether a run is healthy is told once, before the run's release"},
    Rule{"call.status", must, Fault::unknown_status, a_life, live_a_whole_life,
         "every function answers a status that exists"},
    Rule{"call.reason", must, Fault::silent_failure, a_life, live_a_whole_life,
         "what fails has called fail once, with its code and a message; what succeeds has not"},
    Rule{"call.time", should, Fault::slow_call, a_life_and_extensions, take_the_time,
         "no function takes over 50 ms"},
    Rule{"call.borrowed", must, Fault::borrowed_text, a_life, live_a_whole_life,
         "what was passed in a call isn't used after it"},
    Rule{"text.line", must, Fault::more_than_a_line, a_life, live_a_whole_life,
         "what it says to people is one line of text each"},
    Rule{"start.handle", must, Fault::no_handle, a_life, live_a_whole_life,
         "a start that succeeds stores a run"},
    Rule{"start.unknown", must, Fault::unknown_accepted, a_run, ask_for_the_unknown,
         "an unknown kind of command and an unknown urgency are refused"},
    Rule{"start.larger", must, Fault::larger_struct, a_life, pass_larger_structs,
         "structs that are larger than it knows are read and filled as far as it knows them"},
    Rule{"start.failure", must, Fault::failure_left_something, a_run, fail_to_start,
         "a start that fails leaves nothing behind"},
    Rule{"start.arguments", must, Fault::dropped_arguments, a_run, pass_everything_on,
         "arguments are passed on, or refused"},
    Rule{"start.argv", must, Fault::split_words, a_run, pass_words_on,
         "each word of command_argv stays one word"},
    Rule{"start.directory", must, Fault::dropped_directory, a_run, pass_everything_on,
         "the task runs in its directory"},
    Rule{"start.environment", must, Fault::dropped_environment, a_run, pass_everything_on,
         "the task gets its environment"},
    Rule{"exit.once", must, Fault::second_exit, a_life, live_a_whole_life, "on_exit is called once"},
    Rule{"exit.kind", must, Fault::odd_exit, a_life, live_a_whole_life,
         "on_exit is told an end that makes sense"},
    Rule{"exit.last", must, Fault::late_output, a_life, live_a_whole_life, "no output follows on_exit"},
    Rule{"exit.children", must, Fault::child_left, a_life, live_a_whole_life,
         "on_exit is called when no child of the run lives any more"},
    Rule{"output.again", must, Fault::hasty_output, a_run, read_slowly,
         "after DREAM_AGAIN nothing is written until there is room"},
    Rule{"exit.same", must, Fault::other_exit, a_run_that_is_one_child, end_as_children_do,
         "a run that is one child ends as the child does, or says why not"},
    Rule{"output.whole", should, Fault::other_output, a_run_that_is_one_child, write_as_children_do,
         "what a child writes arrives whole, in order and on its stream"},
    Rule{"exit.released", must, Fault::exit_after_release, a_life, live_a_whole_life,
         "nothing is reported of a run that was released"},
    Rule{"started.once", must, Fault::false_start, a_life, live_a_whole_life,
         "started is called once, and only of a run whose start said DREAM_STARTING"},
    Rule{"started.comes", must, Fault::no_start, a_life, live_a_whole_life,
         "a run whose start said DREAM_STARTING calls started before it ends with success"},
    Rule{"ready.asked", must, Fault::false_ready, a_life, live_a_whole_life,
         "ready is called only of a run that has DREAM_TASK_TELL_READY"},
    Rule{"ready.once", must, Fault::odd_ready, a_life, ask_for_readiness,
         "a run that is asked to calls ready once, after its start and before its end"},
    Rule{"status.phase", must, Fault::odd_state, a_life, live_a_whole_life,
         "status tells a phase that exists, and that a run is over when it has called on_exit"},
    Rule{"status.pid", must, Fault::odd_pid, a_life, live_a_whole_life,
         "status tells a pid that a task can have, or 0"},
    Rule{"terminate.again", must, Fault::terminate_again, a_run, terminate_early_and_often,
         "terminate succeeds before, during and after the end, and again"},
    Rule{"terminate.asks", must, Fault::not_asked, a_run, terminate_gracefully,
         "DREAM_GRACEFUL asks the child to end, and doesn't kill it"},
    Rule{"terminate.signal", must, Fault::dropped_signal, a_run, pass_everything_on,
         "a child is asked to end by the task's stop_signal"},
    Rule{"terminate.force", must, Fault::no_force, a_run_and_its_children, terminate_the_stubborn,
         "DREAM_FORCE ends a run whose child ignores its stop signal"},
    Rule{"host.services", must, Fault::missing_service, a_run, lack_services,
         "without any one of the services, it still works, or fails and says why"},
    Rule{"leak.descriptors", must, Fault::leaked_descriptor, a_run, run_hundreds,
         "runs leave no descriptor open"},
    Rule{"leak.threads", must, Fault::leaked_thread, a_run, run_hundreds, "runs leave no thread"},
    Rule{"leak.processes", must, Fault::leaked_process, a_run, run_hundreds,
         "runs leave no child, alive or dead"},
    Rule{"leak.memory", must, Fault::leaked_memory, a_run, run_hundreds, "runs leave no memory allocated"},
    Rule{"process.descriptors", must, Fault::changed_descriptors, a_life, compare_descriptors,
         "dream's descriptors stay as they are, and nothing is written to its stdout and stderr"},
    Rule{"process.untouched", must, Fault::changed_process, a_life, compare_process,
         "signal handlers and mask, timers, limits, prctl, user, CPU affinity, working folder, umask, locale "
         "and environment stay as they are"},
    Rule{"order.any", must, Fault::any_order, "*", play_at_random,
         "several runs at once, with calls in any order"},
};

}  // namespace

std::span<const Rule> rules() {
  return all;
}

const Rule* find_rule(std::string_view id) {
  const auto* found = std::ranges::find(all, id, &Rule::id);
  return found == all.end() ? nullptr : found;
}

}  // namespace dream::conformance
