#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

/// Tasks that the tests of executors for other machines run there.
namespace dream::far {

/// A task with a shell line; `more` are members of its object.
inline std::string task(const std::string& name, const std::string& line, const std::string& more = "") {
  return "\"" + name + R"(": {"command": ")" + line + "\"" + more + "}";
}

constexpr const char* short_grace = R"(, "stop": {"graceMs": 100})";

/// Tasks whose every process holds the life line: `go`, which is `stubborn` and has a short grace, `late`,
/// which is the same with a timeout, `polite`, which hears TERM and ends with 3; and `none`.
inline std::string tasks_with_life_line(const std::string& stubborn) {
  return task("go", stubborn, short_grace) + ", " +
         task("polite", "exec 9> $ROOT/life; trap 'echo heard; exit 3' TERM; echo runs; sleep 1000 & wait") +
         ", " + task("late", stubborn, R"(, "timeout": 1000, "stop": {"graceMs": 100})") + ", " +
         task("none", "true");
}

/// Fifty megabytes of any bytes, the same each time.
inline std::string fifty_megabytes() {
  constexpr std::size_t size = 50'000'000;
  std::string data(size, '\0');
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same each time
  std::generate(data.begin(), data.end(), [&] { return static_cast<char>(random()); });
  return data;
}

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What a shell's line writes.
inline std::string answer_of(const std::string& line) {
  std::string text;
  FILE* pipe = ::popen(line.c_str(), "re");
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), got);
  ::pclose(pipe);
  return text;
}

}  // namespace dream::far
