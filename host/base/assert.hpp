#pragma once

namespace dream {

/// Prints the failed condition and its place on stderr, then aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace dream

/// Always on, in release builds too: a broken invariant is a bug, and going on could lose processes.
#define DREAM_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::dream::assertion_failed(#condition, __FILE__, __LINE__))
