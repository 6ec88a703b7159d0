#include "integration/select/repository.hpp"

#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <utility>

#include "base/executable.hpp"
#include "process/capture.hpp"

namespace dream::select {

namespace fs = std::filesystem;

Words git_environment() {
  Words environment{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"};
  for (const std::string name : {"AUTHOR", "COMMITTER"}) {
    environment.push_back("GIT_" + name + "_NAME=Somebody");
    environment.push_back("GIT_" + name + "_EMAIL=somebody@example.org");
    environment.push_back("GIT_" + name + "_DATE=2024-01-01T00:00:00Z");
  }
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("GIT_")) environment.emplace_back(*variable);
  }
  return environment;
}

std::string run_git(const fs::path& folder, const Words& arguments) {
  const Words environment = git_environment();
  const auto program = find_executable("git", "/", environment);
  if (!program) throw std::runtime_error(to_string(program.error()));
  process::CaptureSpec spec{.executable = program->path,
                            .argv = {"git", "-c", "protocol.file.allow=always"},
                            .directory = folder.string(),
                            .environment = environment};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  auto captured = process::capture(spec);
  if (!captured) throw std::runtime_error(to_string(captured.error()));
  if (captured->status != ExitStatus(ExitedWith{0})) throw std::runtime_error(captured->complaint);
  return captured->output;
}

Repository::Repository(fs::path folder) : folder_(std::move(folder)) {
  fs::create_directories(folder_);
  git({"init", "--quiet", "--initial-branch=main"});
}

void Repository::write(const std::string& name, std::string_view bytes) const {
  const fs::path file = folder_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream << bytes;
  if (!stream.flush()) throw std::runtime_error("can't write " + file.string());
}

void Repository::remove(const std::string& name) const {
  if (fs::remove_all(folder_ / name) == 0) throw std::runtime_error("there is no " + name);
}

std::string Repository::commit() const {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "--message=more"});
  const std::string id = git({"rev-parse", "HEAD"});
  return id.substr(0, id.find('\n'));
}

Changes changes_in(const fs::path& root, const std::optional<std::string>& base) {
  auto changes = changed_files(root, base, git_environment());
  if (!changes) throw std::runtime_error(to_string(changes.error()));
  return *changes;
}

Error refusal_in(const fs::path& root, const std::optional<std::string>& base) {
  const auto changes = changed_files(root, base, git_environment());
  return changes ? Error{ErrorCode::internal, "it was told", {}, {}} : changes.error();
}

}  // namespace dream::select
