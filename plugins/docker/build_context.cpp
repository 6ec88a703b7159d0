#include "build_context.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "ignore_file.hpp"

namespace dream::docker {

namespace {

namespace fs = std::filesystem;
using plugins::Archived;
using sdk::Failure;
using sdk::Result;

constexpr std::string_view outside_name = ".dream.dockerfile";
constexpr char pipe_type = '6', folder_type = '5';

/// Says what goes along.
class ContextRule {
 public:
  ContextRule(fs::path folder, fs::path dockerfile_file, std::string dockerfile)
      : folder_(std::move(folder)),
        dockerfile_file_(std::move(dockerfile_file)),
        dockerfile_(std::move(dockerfile)) {}

  Archived operator()(const std::string& name, char type) {
    if (!ignored_) ignored_ = read_ignore_file();
    // The engine itself leaves both out of the image, if the ignore file says so.
    const bool is_for_engine = name == dockerfile_ || name == ".dockerignore";
    // The engine would wait for one that it reads itself.
    if (name == ".dockerignore" && type == pipe_type) return Archived::left_out;
    if (is_for_engine || !ignored_->ignores(name)) return Archived::taken;
    const bool may_have_more = ignored_->has_exceptions() || dockerfile_.starts_with(name + "/");
    return type == folder_type && may_have_more ? Archived::below_only : Archived::left_out;
  }

 private:
  /// One that belongs to this Dockerfile alone comes before that of the folder.
  [[nodiscard]] IgnoreFile read_ignore_file() const {
    for (const fs::path& path :
         {fs::path(dockerfile_file_.string() + ".dockerignore"), folder_ / ".dockerignore"}) {
      std::error_code ignored;
      if (!fs::is_regular_file(path, ignored)) continue;  // a pipe would be waited for
      std::ifstream stream(path, std::ios::binary);
      if (stream) return IgnoreFile(std::string{std::istreambuf_iterator<char>(stream), {}});
    }
    return {};
  }

  fs::path folder_;
  fs::path dockerfile_file_;
  std::string dockerfile_;
  std::optional<IgnoreFile> ignored_;
};

}  // namespace

Result<fs::path> BuildContext::find_dockerfile(const fs::path& project, const std::string& context,
                                               const std::string& dockerfile) {
  std::error_code failure;
  const fs::path folder = (project / context).lexically_normal();
  if (!fs::is_directory(folder, failure)) {
    return Failure{DREAM_E_OPTIONS, "the folder to build from doesn't exist: " + folder.string(),
                   "create it, or correct the context", "/build/context"};
  }
  const fs::path file = (folder / (dockerfile.empty() ? "Dockerfile" : dockerfile)).lexically_normal();
  if (fs::is_regular_file(file, failure)) return file;
  return Failure{DREAM_E_OPTIONS, "there is no Dockerfile " + file.string(), "write it, or correct the path",
                 dockerfile.empty() ? "/build" : "/build/dockerfile"};
}

BuildContext::BuildContext(const fs::path& folder, const fs::path& file) {
  const std::string name = file.lexically_relative(folder.lexically_normal()).generic_string();
  const bool is_outside = name.empty() || name.starts_with("..");
  dockerfile = is_outside ? std::string(outside_name) : name;
  contents.folder = folder;
  contents.choose = ContextRule(folder, file, dockerfile);
  if (is_outside) contents.besides.emplace_back(file, dockerfile);
  contents.unreadable = {DREAM_E_FAILED, "a file for the build of the image can't be read",
                         "correct `build`, or name it in .dockerignore"};
}

}  // namespace dream::docker
