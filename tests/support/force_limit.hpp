#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace dream {

/// How long after force a run may tell its end, as abi.h promises it. 0: nothing like that is written there.
inline std::chrono::milliseconds force_limit_in(const std::string& abi_header) {
  std::ifstream file(abi_header);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::smatch found;
  const std::regex promise(R"(whose end isn't told (\d+) seconds after it was forced is given up)");
  if (!std::regex_search(text, found, promise)) return {};
  return std::chrono::seconds(std::stoi(found[1]));
}

}  // namespace dream
