#include "config/discovery.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "config/read_file.hpp"

namespace dream::config {

namespace {

constexpr const char* file_name = "dream.json";

Error unusable(const std::filesystem::path& folder, const std::string& why) {
  return {ErrorCode::configuration,
          fmt::format("the folder can't be used: {}", why),
          printable(folder.string()),
          {}};
}

Result<std::filesystem::path> real_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::path real = std::filesystem::canonical(folder, error);
  if (!error && !std::filesystem::is_directory(real, error) && !error) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) return unusable(folder, error.message());
  return real;
}

/// Whether any part of the configuration speaks of the project.
bool is_named(const Workspace& workspace, const std::string& project) {
  if (workspace.dependencies.contains(project) || workspace.settings_of(project) != nullptr) return true;
  bool is_needed = false;
  workspace.for_each_entry([&](const std::string&, const Dependency& entry) {
    is_needed = is_needed || entry.project == project;
  });
  return is_needed || workspace.dependency_globs.any_matches(project) ||
         std::ranges::any_of(workspace.recursive,
                             [&](const RecursiveRule& rule) { return glob_matches(rule.project, project); });
}

/// The folder as it was reached, without dots, where that is another way than its real one: over a symbolic
/// link. `folder` is absolute.
std::optional<std::filesystem::path> other_way(const std::filesystem::path& folder,
                                               const std::filesystem::path& real) {
  std::filesystem::path reached = folder.lexically_normal();
  if (!reached.has_filename()) reached = reached.parent_path();  // a slash at the end
  std::error_code failure;
  // What stands before ".." may be a link, and its parent another folder than the one that it stands in.
  if (reached == real || !std::filesystem::equivalent(reached, real, failure) || failure) return std::nullopt;
  return reached;
}

/// Looks from `start` upwards. False: there is no file.
Result<bool> look_upwards(const std::filesystem::path& start, const FileRule& rule, Discovery& discovery) {
  for (std::filesystem::path at = start;; at = at.parent_path()) {
    discovery.looked_in.push_back(at);
    // Whatever has the name is taken, so that an unreadable file or a broken link is an error and not passed
    // over.
    struct stat entry {};
    if (::lstat((at / file_name).c_str(), &entry) == 0) {
      const auto real = real_folder(at);
      discovery.rule = rule.of_workspace(real ? *real : at);
      auto found = discovery.rule.find(at / file_name);
      if (!found) return found.error();
      if (!*found) return no_such_file(at / file_name);
      if (!S_ISDIR((*found)->status.st_mode)) {
        discovery.file = at / file_name;
        discovery.opened = std::make_shared<const FoundFile>(*std::move(*found));
        return true;
      }
    } else if (errno != ENOENT && errno != ENOTDIR) {
      return unusable(at, std::strerror(errno));  // what it holds isn't known
    }
    if (at == at.root_path()) return false;
  }
}

/// The nearest file that is meant to be a dream.json, but isn't called so: Dream.json, dream.jsonc. Empty:
/// there is none.
std::string file_of_another_name(const Discovery& discovery) {
  const auto is_meant = [](std::string name) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name == file_name || name == "dream.jsonc" || name == "dream.json5";
  };
  for (const std::filesystem::path& folder : discovery.looked_in) {
    std::error_code failure;
    for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      std::error_code unknown;
      const std::filesystem::path& path = entry->path();
      if (is_meant(path.filename().string()) && path.filename() != file_name &&
          entry->is_regular_file(unknown))
        return path.string();
    }
  }
  return {};
}

/// What a folder is called in a workspace: the nearest project, itself or above it, that is named.
struct Called {
  std::string project;                    ///< the folder itself if none is
  std::size_t above = std::string::npos;  ///< so many folders; npos: none is named
};

/// By the words of both paths. None: outside.
std::optional<Called> called_in(const Workspace& workspace, const std::filesystem::path& root,
                                const std::filesystem::path& folder) {
  const auto [root_end, rest] = std::mismatch(root.begin(), root.end(), folder.begin(), folder.end());
  if (root_end != root.end()) return std::nullopt;
  const std::string own = normalise_project("./" + folder.lexically_relative(root).string());
  std::string candidate = own;
  std::size_t above = 0;
  for (; !is_named(workspace, candidate); ++above) {
    if (candidate == "./") return Called{own};
    candidate.resize(candidate.rfind('/'));
    if (candidate == ".") candidate = "./";
  }
  return Called{candidate, above};
}

}  // namespace

Result<Discovery> discover(const std::filesystem::path& folder, Obeyed obeyed, FileRule::Trusts trusts) {
  const auto start = real_folder(folder);
  if (!start) return start.error();
  const auto standing = find_file(*start);
  if (!standing || !*standing) return unusable(folder, standing ? std::string() : standing.error().message);
  const FileRule rule = obeyed == Obeyed::everybody ? FileRule() : FileRule(**standing, std::move(trusts));
  Discovery discovery;
  std::vector<std::filesystem::path> ways{*start};
  // Over somebody else's link one doesn't go: he could make it lead somewhere else during the run.
  if (auto reached = other_way(folder, *start); reached && rule.find(*reached))
    ways.insert(ways.begin(), *reached);
  for (const std::filesystem::path& way : ways) {
    const Result<bool> found = look_upwards(way, rule, discovery);
    if (!found) return found.error();
    if (*found) break;
  }
  return discovery;
}

Error no_configuration(const Discovery& discovery) {
  const std::string folder = discovery.looked_in.empty() ? "." : discovery.looked_in.front().string();
  const std::string other = file_of_another_name(discovery);
  return {ErrorCode::configuration,
          fmt::format("no {} found in {} or any folder above", file_name, printable(folder)),
          {},
          other.empty() ? R"("dream init" writes one, -C starts somewhere else)"
                        : fmt::format("rename {}: the name is {}", printable(other), file_name)};
}

Result<std::string> project_of_folder(const Workspace& workspace, const std::filesystem::path& folder) {
  const auto real = real_folder(folder);
  if (!real) return real.error();
  const auto root = real_folder(workspace.root);
  if (!root) return root.error();
  const std::optional<Called> really = called_in(workspace, *root, *real);
  const auto reached = other_way(folder, *real);
  // By each way the nearest one; where that makes no difference, as it was reached.
  const std::optional<Called> as_reached =
      reached ? called_in(workspace, workspace.root.lexically_normal(), *reached) : std::nullopt;
  if (as_reached && (!really || as_reached->above <= really->above)) return as_reached->project;
  if (really) return really->project;
  return Error{ErrorCode::configuration,
               fmt::format("the folder lies outside the workspace {}", printable(root->string())),
               printable(real->string()),
               {}};
}

}  // namespace dream::config
