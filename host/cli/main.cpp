#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string_view>
#include <variant>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "conformance/check.hpp"
#include "process/reaper.hpp"
#include "runtime/run_record.hpp"

namespace dream::cli {

namespace {

/// A descriptor below 3 that is closed would be taken by the next open, and a task's pipe could land on it.
void open_standard_descriptors() {
  int descriptor = ::open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDWR);
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

int dispatch(const Options& options) {
  switch (options.command) {
    case CommandName::run:
      return run_command(options);
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
  }
  return exit_internal;
}

int run(int argument_count, const char* const* arguments) {
  open_standard_descriptors();
  if (argument_count == 3 && std::string_view(arguments[1]) == process::reaper_argument) {
    return runtime::reap_run(arguments[2]);
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
