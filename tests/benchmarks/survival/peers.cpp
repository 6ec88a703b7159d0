#include "benchmarks/survival/peers.hpp"

#include <fstream>

namespace dream::survival {

namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + "\"";
}

std::string member(const std::string& name, const std::string& value) {
  return quoted(name) + ": " + value;
}

/// `{"row": …, "tidy": …, "main": …}` without its braces, each value made from the task's line.
template <class Make>
std::string each_task(const TaskLines& lines, const std::string& prefix, Make make) {
  return member(prefix + "row", make(lines.row)) + ", " + member(prefix + "tidy", make(lines.tidy)) + ", " +
         member(prefix + "main", make(lines.main));
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text << "\n";
}

void with_scripts(const fs::path& folder, const TaskLines& lines) {
  write(folder / "package.json",
        R"({"name": "cell", "private": true, "packageManager": "npm@10.8.2", "scripts": {)" +
            each_task(lines, "", quoted) + "}}");
}

void with_turbo(const fs::path& folder, const TaskLines& lines) {
  with_scripts(folder, lines);
  write(folder / "turbo.json", R"({"tasks": {)" + each_task(lines, "", [](const std::string&) {
                                 return R"({"cache": false})";
                               }) + "}}");
}

void with_nx(const fs::path& folder, const TaskLines& lines) {
  write(folder / "package.json", R"({"name": "cell", "private": true})");
  write(folder / "nx.json", R"({"analytics": false})");
  write(folder / "project.json",
        R"({"name": "cell", "targets": {)" + each_task(lines, "", [](const std::string& line) {
          return R"({"executor": "nx:run-commands", "options": {"command": )" + quoted(line) + "}}";
        }) + "}}");
}

void with_wireit(const fs::path& folder, const TaskLines& lines) {
  const auto wireit = [](const std::string&) { return R"("wireit")"; };
  write(folder / "package.json",
        R"({"name": "cell", "private": true, "scripts": {"all": "wireit", )" +
            each_task(lines, "run-", wireit) +
            R"(}, "wireit": {"all": {"dependencies": ["run-row", "run-tidy", "run-main"]}, )" +
            each_task(lines, "run-",
                      [](const std::string& line) { return R"({"command": )" + quoted(line) + "}"; }) +
            "}}");
}

void with_dream(const fs::path& folder, const TaskLines& lines) {
  const auto task = [](const std::string& line) { return R"({"command": )" + quoted(line) + "}"; };
  write(folder / "dream.json",
        R"({"workspace": {"./": {"main": [{"projectPath": "./", "task": "row", "async": true},
            {"projectPath": "./", "task": "tidy", "async": true}]}},
            "projects": {"./": {"tasks": {)" +
            each_task(lines, "", task) + "}}}}");
}

void as_words(const fs::path& folder, const TaskLines& lines) {
  write(folder / "package.json", R"({"name": "cell", "private": true})");
  write(folder / "row.sh", lines.row);
  write(folder / "tidy.sh", lines.tidy);
  write(folder / "main.sh", lines.main);
}

}  // namespace

std::vector<Peer> peers(const fs::path& modules, const std::string& dream) {
  // From the cell's own folder: some start themselves anew when they are called from elsewhere.
  const auto program = [](const char* name) { return std::string("node_modules/.bin/") + name; };
  std::vector<Peer> all{
      {"concurrently",
       as_words,
       {program("concurrently"), "--kill-others-on-fail", "sh ./row.sh", "sh ./tidy.sh", "sh ./main.sh"}},
      {"npm-run-all2", with_scripts, {program("run-p"), "row", "tidy", "main"}},
      {"turbo",
       with_turbo,
       {program("turbo"), "run", "row", "tidy", "main", "--env-mode=loose", "--ui=stream"}},
      {"nx",
       with_nx,
       {program("nx"), "run-many", "-t", "row", "tidy", "main", "--parallel=3", "--outputStyle=stream"}},
      {"wireit", with_wireit, {"npm", "run", "all"}},
  };
  std::erase_if(all, [&](const Peer& peer) { return !fs::exists(modules / peer.name); });
  all.push_back({"dream", with_dream, {dream, "main"}});
  return all;
}

}  // namespace dream::survival
