#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "conformance/check.hpp"

/// As dream does: started anew for each check.
int main(int argument_count, char** arguments) {
  if (argument_count > 1 && std::string_view(arguments[1]) == dream::conformance::check_argument) {
    dream::conformance::check_one_rule({arguments + 2, arguments + argument_count});
  }
  // A sanitizer that explained a crash would end a check as if it had not crashed.
  for (const char* sanitizer : {"ASAN_OPTIONS", "TSAN_OPTIONS"}) {
    const char* given = std::getenv(sanitizer);
    const std::string options =
        std::string(given == nullptr ? "" : given) +
        ":handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0";
    ::setenv(sanitizer, options.c_str(), 1);
  }
  ::testing::InitGoogleTest(&argument_count, arguments);
  return RUN_ALL_TESTS();
}
