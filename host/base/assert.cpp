#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace dream {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "dream: internal error: %s does not hold (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace dream
