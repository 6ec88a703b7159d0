#include <string>
#include <vector>

#include "config/load.hpp"

/// Reads a dream.json as dream does: every check, and the whole workspace. It is kept to the end, as a
/// process that ends anyway need not take it apart.
int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 2;
  const std::vector<std::string> executors{"shell", "npm", "deno", "docker"};
  static const auto* const loaded = new auto(dream::config::load(arguments[1], executors));
  return loaded->has_value() && (*loaded)->problems.empty() ? 0 : 1;
}
