#include "conformance/playground.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

namespace dream::conformance {

namespace fs = std::filesystem;

Playground::Playground() {
  std::error_code failure;
  std::string name = (fs::temp_directory_path(failure) / "dream-check-XXXXXX").string();
  if (failure || ::mkdtemp(name.data()) == nullptr) return;
  path_ = fs::canonical(name);
  for (const char* folder : {"empty", "state", "cache", "scripts", "needed"})
    fs::create_directory(path_ / folder);
  std::ofstream(path_ / "package.json")
      << R"({"name": "check", "scripts": {"dev": "true"}, "workspaces": ["needed"], "dependencies": {"needed": "*"}})";
  std::ofstream(path_ / "deno.json")
      << R"({"tasks": {"dev": "true"}, "workspace": ["./needed"], "imports": {"needed": "jsr:@check/needed"}})";
  std::ofstream(path_ / "needed/package.json") << R"({"name": "needed"})";
  std::ofstream(path_ / "needed/deno.json") << R"({"name": "@check/needed"})";
  std::ofstream(path_ / "scripts/dev") << "#!/bin/sh\n";
  fs::permissions(path_ / "scripts/dev", fs::perms::owner_all);
}

Playground::~Playground() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace dream::conformance
