#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <system_error>

#include "base/text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// What a Dockerfile says that tells what its context is, and whether its image is there to be started.
struct Dockerfile {
  std::vector<std::string> copied;  ///< from the context, each as it must be there
  bool starts_something = false;
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Whether an image of somebody else's starts something without being told what: systems and languages don't,
/// and whoever is given the image's name is built on by others.
bool starts_by_itself(const std::string& image) {
  static const std::set<std::string, std::less<>> others{"almalinux",
                                                         "alpine",
                                                         "amazonlinux",
                                                         "archlinux",
                                                         "base",
                                                         "buildpack-deps",
                                                         "bun",
                                                         "busybox",
                                                         "centos",
                                                         "debian",
                                                         "deno",
                                                         "fedora",
                                                         "gcc",
                                                         "golang",
                                                         "node",
                                                         "openjdk",
                                                         "eclipse-temurin",
                                                         "perl",
                                                         "python",
                                                         "rockylinux",
                                                         "ruby",
                                                         "rust",
                                                         "scratch",
                                                         "ubuntu"};
  const std::string name = image.substr(image.rfind('/') + 1);
  return !name.starts_with('$') && !others.contains(name.substr(0, name.find_first_of(":@")));
}

/// The lines of a Dockerfile, of which a backslash makes one of two, without comments and here-documents.
std::vector<std::string> instructions_of(const std::string& text) {
  std::vector<std::string> found, lines;
  std::map<std::string, std::size_t> last_places;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(trimmed(line));
    last_places[lines.back()] = lines.size() - 1;
  }
  std::string here;  // the line that ends it
  bool goes_on = false;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    std::string& line = lines[at];
    if (!here.empty()) {
      if (line == here) here.clear();
      continue;
    }
    if (line.empty() || line.starts_with('#')) continue;
    if (!std::exchange(goes_on, line.ends_with('\\'))) found.emplace_back();
    if (goes_on) line.back() = ' ';
    found.back() += line;
    if (const std::size_t mark = line.find("<<"); mark != std::string::npos) {
      const std::size_t begin = line.find_first_not_of("-\"'", mark + 2);
      if (begin != std::string::npos) here = line.substr(begin, line.find_first_of(" \"'", begin) - begin);
      const auto end = last_places.find(here);
      // Without the line that ends it, it is arithmetic: $((1 <<n ))
      if (!is_word(here, "_") || end == last_places.end() || end->second <= at) here.clear();
    }
  }
  return found;
}

void add_copied(std::vector<std::string> words, std::vector<std::string>& copied) {
  const auto comes_from_elsewhere = [](const std::string& word) {
    return word.starts_with("--from") || word.starts_with("<<");
  };
  if (std::ranges::any_of(words, comes_from_elsewhere)) return;
  std::erase_if(words, [](const std::string& word) { return word.starts_with("--"); });
  if (!words.empty()) words.pop_back();  // to where
  for (const std::string& word : words) {
    if (word.find_first_of("*?[]$") != std::string::npos || is_elsewhere(word)) continue;
    copied.push_back(("/" + word) == "/" ? "."
                                         : (fs::path("/" + word)).lexically_normal().string().substr(1));
  }
}

Dockerfile read_dockerfile(const std::string& text) {
  Dockerfile read;
  std::map<std::string, bool> stages;
  std::string stage;
  for (std::string line : instructions_of(text)) {
    const std::string instruction = lower(line.substr(0, line.find_first_of(" \t")));
    line.erase(0, instruction.size());
    const bool copies = instruction == "copy" || instruction == "add";
    if (copies && trimmed(line).starts_with('['))
      std::ranges::replace_if(
          line, [](char c) { return std::string_view("[],\"").find(c) != std::string_view::npos; }, ' ');
    std::vector<std::string> words = words_in(line);
    if (copies) add_copied(std::move(words), read.copied);
    if (instruction == "cmd" || instruction == "entrypoint") read.starts_something = true;
    if (instruction == "from") {
      stages[stage] = read.starts_something;
      std::erase_if(words, [](const std::string& word) { return word.starts_with("--"); });
      const std::string image = words.empty() ? std::string() : lower(words[0]);
      const auto own = stages.find(image);
      read.starts_something = own != stages.end() ? own->second : starts_by_itself(image);
      stage = words.size() == 3 ? lower(words[2]) : std::string();
    }
  }
  return read;
}

/// What a `docker build` in the root gives to a Dockerfile.
struct DockerBuild {
  fs::path file, context;  ///< empty: it says none
};

DockerBuild docker_build_in(const fs::path& root, const std::string& command) {
  static const std::set<std::string, std::less<>> plain_options{"-q",     "--quiet", "--pull", "--no-cache",
                                                                "--push", "--load",  "--rm"};
  DockerBuild found;
  if (command.find("docker") == std::string::npos) return found;
  const std::vector<std::string> words = words_in(command);
  const auto builds = std::ranges::find(words, "build");
  for (auto word = builds; word != words.end(); ++word) {
    const std::string& before = word == words.begin() ? *word : *(word - 1);
    if (before == "-f" || before == "--file") found.file = *word;
    if (word->starts_with("--file=")) found.file = word->substr(7);
    const bool is_value =
        before.starts_with('-') && before.find('=') == std::string::npos && !plain_options.contains(before);
    std::error_code ignored;
    if (word != builds && !is_value && fs::is_directory(root / *word, ignored)) found.context = *word;
  }
  return found;
}

/// The contexts that a Makefile's `docker build` gives to Dockerfiles, all from its folder.
std::map<fs::path, fs::path> contexts_of_make(const fs::path& root) {
  std::map<fs::path, fs::path> contexts;
  for (const char* name : {"GNUmakefile", "makefile", "Makefile"}) {
    const auto text = read_text(root / name);
    if (!text || !*text) continue;
    for (const std::string& line : instructions_of(**text)) {
      if (line.find("cd ") != std::string::npos) continue;
      for (const std::string& command : shell_commands(line))
        if (const auto [file, context] = docker_build_in(root, command); !context.empty())
          contexts.try_emplace((file.empty() ? context / "Dockerfile" : file).lexically_normal(), context);
    }
  }
  return contexts;
}

/// The folders from a Dockerfile's up to the workspace's: ".", "..", "../..".
std::vector<fs::path> contexts_above(const std::string& project) {
  std::vector<fs::path> contexts{"."};
  for (auto left = project == "./" ? 0 : std::ranges::count(project, '/'); left > 0; --left)
    contexts.push_back(contexts.size() == 1 ? ".." : contexts.back() / "..");
  return contexts;
}

struct Context {
  fs::path path;           ///< empty: no folder has all
  bool is_decided = true;  ///< something that it copies is there
};

/// The nearest folder that has all that a Dockerfile copies. What is nowhere is made by a build, and decides
/// nothing.
Context context_of(const fs::path& folder, const std::string& project, const Dockerfile& dockerfile) {
  const auto has = [&](const fs::path& context, const std::string& one) {
    std::error_code ignored;
    return fs::exists(folder / context / one, ignored);
  };
  const std::vector<fs::path> contexts = contexts_above(project);
  std::vector<std::string> copied = dockerfile.copied;
  std::erase_if(copied, [&](const std::string& one) {
    return std::ranges::none_of(contexts, [&](const fs::path& context) { return has(context, one); });
  });
  const auto nearest = std::ranges::find_if(contexts, [&](const fs::path& context) {
    return std::ranges::all_of(copied, [&](const std::string& one) { return has(context, one); });
  });
  return {.path = nearest == contexts.end() ? fs::path() : *nearest,
          .is_decided = !copied.empty() || dockerfile.copied.empty()};
}

/// A folder as one writes it in another one: "..", ".".
fs::path from_folder(const fs::path& path, const fs::path& folder) {
  const fs::path from = (path / "").lexically_normal().lexically_relative((folder / "").lexically_normal());
  const std::string text = from.lexically_normal().string();
  return text.size() > 1 && text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

void add_dockerfile(const std::string& project, const fs::path& context, Draft& draft) {
  std::vector<Member> build{{"context", json_string(context.string())}};
  if (context != ".") {
    const fs::path from = (fs::path(project) / context).lexically_normal();
    build.emplace_back(
        "dockerfile",
        json_string((fs::path(project) / "Dockerfile").lexically_normal().lexically_relative(from).string()));
  }
  std::vector<Member> options{{"build", object_json(build)}};
  if (draft.has_container_options()) {
    options.emplace_back("mount", "\"project\"");
    options.emplace_back("init", "true");
  }
  draft.project(project, "docker", "Dockerfile").members.emplace_back("options", object_json(options));
  draft.add_task(project, "docker", "Dockerfile", "docker", {"start", {}});
}

}  // namespace

Result<void> add_dockerfiles(const fs::path& root, int levels, Draft& draft) {
  const bool is_named = levels == 0;
  std::vector<std::string> folders;
  if (!is_named) folders = folders_below(root, levels);
  folders.insert(folders.begin(), "./");
  const std::map<fs::path, fs::path> said = contexts_of_make(root);
  std::vector<std::string> start_nothing, lack_files, undecided;
  for (const std::string& folder : folders) {
    std::error_code ignored;
    const std::string project = draft.at(folder);
    const fs::path file = (fs::path(folder) / "Dockerfile").lexically_normal();
    if (draft.has(project) || draft.is_built(project) || !fs::is_regular_file(root / file, ignored)) continue;
    const auto text = read_text(root / file);
    const Dockerfile read = read_dockerfile(text ? text->value_or("") : "");
    Context context = context_of(root / folder, project, read);
    if (const auto of_make = said.find(file); of_make != said.end())
      context = {from_folder(of_make->second, fs::path(folder))};
    if (is_named && context.path.empty()) context.path = ".";
    if (!is_named && !read.starts_something) {
      start_nothing.push_back(file.string());
    } else if (context.path.empty()) {
      lack_files.push_back(file.string());
    } else {
      add_dockerfile(project, context.path, draft);
      if (!context.is_decided) undecided.push_back(file.string());
    }
  }
  if (!undecided.empty())
    draft.remark(fmt::format(
        "The context is the folder of the Dockerfile, as nothing of what is copied is there yet: {}.",
        first_of(undecided)));
  if (!start_nothing.empty())
    draft.tell_unread(
        fmt::format("No task for {}: nothing starts in such an image by itself.", first_of(start_nothing)));
  if (!lack_files.empty())
    draft.tell_unread(
        fmt::format("No task for {}: no folder above has all that is copied.", first_of(lack_files)));
  return {};
}

}  // namespace dream::init
