#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string_view>
#include <variant>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "conformance/check.hpp"
#include "prepare/workspace.hpp"
#include "process/start_cleaner.hpp"
#include "record/run_record.hpp"

namespace dream::cli {

namespace {

/// A descriptor below 3 that is closed would be taken by the next open, and a task's pipe could land on it.
void open_standard_descriptors() {
  int descriptor = ::open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDWR);
  const Descriptor one_too_many(descriptor);
}

int dispatch(const Options& options) {
  switch (options.command) {
    case CommandName::run:
      return options.detach ? detach_command(options) : run_command(options);
    case CommandName::plan:
      return plan_command(options);
    case CommandName::list:
      return list_command(options);
    case CommandName::validate:
      return validate_command(options);
    case CommandName::info:
      return info_command(options);
    case CommandName::schema:
      return schema_command(options);
    case CommandName::plugin:
      return plugin_command(options);
    case CommandName::completion:
      return completion_command(options);
    case CommandName::init:
      return init_command(options);
    case CommandName::trust:
      return trust_command(options);
    case CommandName::suggest:
      return suggest_command(options);
    case CommandName::ctl:
      return ctl_command(options);
  }
  return exit_internal;
}

int run(int argument_count, const char* const* arguments) {
  open_standard_descriptors();
  if (argument_count >= 3 && std::string_view(arguments[1]) == process::cleaner_argument) {
    const bool trust =
        argument_count > 3 && std::string_view(arguments[3]) == process::cleaner_trust_argument;
    return record::reap_run(arguments[2], prepare::plugin_search_path({}, trust));
  }
  if (argument_count > 1 && std::string_view(arguments[1]) == conformance::check_argument) {
    conformance::check_one_rule({arguments + 2, arguments + argument_count});
  }
  const auto parsed = parse_options(argument_count, arguments);
  if (!parsed) {
    complain(parsed.error());
    return exit_nothing_run;
  }
  if (const auto* answer = std::get_if<Answer>(&*parsed)) return print(answer->text);
  return dispatch(std::get<Options>(*parsed));
}

}  // namespace

}  // namespace dream::cli

int main(int argument_count, char** arguments) {
  try {
    return dream::cli::run(argument_count, arguments);
  } catch (const std::exception& exception) {  // out of memory, and bugs of libraries
    dream::cli::complain("internal error: " + dream::printable(exception.what()));
    return dream::cli::exit_internal;
  }
}
