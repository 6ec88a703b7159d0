/// timing [start-up] [fan-out] [stop] [idle] [delay]: measures all of it, or what is named, and prints one
/// table. The exit code is 1 when a limit was missed.

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

#include "sections.hpp"

namespace {

struct Section {
  std::string_view name;
  void (*measure)(dream::timing::Table&);
};

constexpr std::array sections{
    Section{"start-up", dream::timing::measure_start_up}, Section{"fan-out", dream::timing::measure_fan_out},
    Section{"stop", dream::timing::measure_stop}, Section{"idle", dream::timing::measure_idle},
    Section{"delay", dream::timing::measure_delay}};

int measure(const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    if (std::ranges::find(sections, name, &Section::name) != sections.end()) continue;
    std::fprintf(stderr, "usage: timing [start-up] [fan-out] [stop] [idle] [delay]\n");
    return 2;
  }
  dream::timing::Table table;
  for (const Section& section : sections) {
    if (names.empty() || std::ranges::find(names, section.name) != names.end()) section.measure(table);
  }
  table.print();
  return table.kept() ? 0 : 1;
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    return measure({arguments + 1, arguments + argument_count});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 2;
  }
}
