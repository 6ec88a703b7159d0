#pragma once

#include "cli/command_line/definition.hpp"
#include "cli/options.hpp"

/// Options that more than one command takes.
namespace dream::cli {

/// Where dream stands.
void define_directory(Definition& definition, Options& options);
/// The same, and whether it obeys what lies there.
void define_place(Definition& definition, Options& options);
/// What is planned around the tasks.
void define_planning(Definition& definition, Options& options);
/// Tasks of more projects than the one that one stands in: of run and plan.
void define_selection(Definition& definition, Options& options);
/// How a run shows what its steps write.
void define_output(Definition& definition, Options& options);
void define_color(Definition& definition, Options& options);
void define_debug(Definition& definition, Options& options);
void define_json(Definition& definition, Options& options);
/// These three, of a command that shows something and asks executors.
void define_look(Definition& definition, Options& options);

/// What is wrong with a command line, and what to do.
[[nodiscard]] Error usage_error(std::string message, std::string hint = "see dream --help");

/// Selections that don't go together.
[[nodiscard]] Result<void> check_selection(const Options& options);

}  // namespace dream::cli
