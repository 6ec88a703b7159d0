#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "embedded/schema.hpp"

namespace dream::cli {

const Subcommand schema_command{
    .name = "schema",
    .takes = "",
    .help = "prints the JSON Schema of dream.json",
    .examples = {"dream schema > dream.schema.json",
                 "dream schema | jq '.definitions.task.properties | keys'"},
    .define = [](Definition&, Options&) {},
    .run = [](const Options&) { return print(embedded::schema); },
};

}  // namespace dream::cli
