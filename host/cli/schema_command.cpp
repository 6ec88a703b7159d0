#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "dream_schema.hpp"

namespace dream::cli {

int schema_command() {
  return print(embedded::dream_schema);
}

}  // namespace dream::cli
