#pragma once

#include <memory>

#include "base/result.hpp"
#include "conformance/rule.hpp"

/// What the rules are checked with. Each scenario loads the plugin anew.
namespace dream::conformance {

/// The plugin's entry function.
[[nodiscard]] Result<Entry> load_entry(const std::filesystem::path& file);

/// The plugin's table as this host sees it: zero behind what the plugin knows. Skips the scenario when there
/// is none.
[[nodiscard]] bool load_table(const Subject& subject, Findings& findings, dream_plugin& table);

/// A plugin with an executor on a stage of its own, as most scenes begin. Skips the scenario when that can't
/// be had; then there is no stage.
struct Scene {
  Scene(const Subject& subject, Findings& findings);
  std::unique_ptr<Stage> stage;
};

/// Notes runs that were called started too often, or never.
void check_started(Stage& stage);

// The file and its entry function.
void look_at_file(const Subject& subject, Findings& findings);
void load_file(const Subject& subject, Findings& findings);
void find_entry(const Subject& subject, Findings& findings);
void list_exports(const Subject& subject, Findings& findings);
void enter_once(const Subject& subject, Findings& findings);
void enter_twice(const Subject& subject, Findings& findings);
void enter_as_newer_host(const Subject& subject, Findings& findings);

// The table, and what stands in it.
void look_at_table(const Subject& subject, Findings& findings);
void compare_minor(const Subject& subject, Findings& findings);
void read_metadata(const Subject& subject, Findings& findings);
void read_schema(const Subject& subject, Findings& findings);

// What else it can be asked.
void ask_for_extensions(const Subject& subject, Findings& findings);
void ask_extensions(const Subject& subject, Findings& findings);
void ask_needs(const Subject& subject, Findings& findings);
void run_a_command_inside(const Subject& subject, Findings& findings);
void ask_whether_healthy(const Subject& subject, Findings& findings);
void reap_nothing(const Subject& subject, Findings& findings);

// Runs.
void live_a_whole_life(const Subject& subject, Findings& findings);
void ask_for_readiness(const Subject& subject, Findings& findings);
void ask_for_the_unknown(const Subject& subject, Findings& findings);
void pass_larger_structs(const Subject& subject, Findings& findings);
void fail_to_start(const Subject& subject, Findings& findings);
void terminate_early_and_often(const Subject& subject, Findings& findings);
void terminate_the_stubborn(const Subject& subject, Findings& findings);
void terminate_gracefully(const Subject& subject, Findings& findings);
void pass_everything_on(const Subject& subject, Findings& findings);
void pass_words_on(const Subject& subject, Findings& findings);
void read_slowly(const Subject& subject, Findings& findings);
void end_as_children_do(const Subject& subject, Findings& findings);
void write_as_children_do(const Subject& subject, Findings& findings);
void play_at_random(const Subject& subject, Findings& findings);

// The process around the plugin.
void run_hundreds(const Subject& subject, Findings& findings);
void compare_descriptors(const Subject& subject, Findings& findings);
void compare_process(const Subject& subject, Findings& findings);
void take_the_time(const Subject& subject, Findings& findings);
void lack_services(const Subject& subject, Findings& findings);

}  // namespace dream::conformance
