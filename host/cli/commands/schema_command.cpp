#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "embedded/schema.hpp"

namespace dream::cli {

int schema_command(const Options&) {
  return print(embedded::schema);
}

}  // namespace dream::cli
