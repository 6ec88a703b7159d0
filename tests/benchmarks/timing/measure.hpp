#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "scratch_workspace.hpp"

namespace dream::timing {

using Words = std::vector<std::string>;

inline double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// How long `action` takes.
template <class Action>
double milliseconds_of(const Action& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return milliseconds_since(begin);
}

/// The wall time of a program that must succeed, from before its start until it is reaped. Whatever it writes
/// goes nowhere; it reads from `input`.
double milliseconds_of_program(const Words& words, const std::string& input = "/dev/null");

/// Reads until that many lines have come.
void await_lines(int descriptor, int lines);

[[nodiscard]] double median(std::vector<double> numbers);

/// A program of PATH, or of the folder that DREAM_PEERS names; empty: there is none.
[[nodiscard]] std::string find_program(const std::string& name);

/// "1.23 ms".
[[nodiscard]] std::string in_milliseconds(double milliseconds);

}  // namespace dream::timing
