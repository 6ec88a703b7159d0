#include <gtest/gtest.h>

#include <string_view>

#include "conformance/check.hpp"

/// As dream does: started anew for each check.
int main(int argument_count, char** arguments) {
  if (argument_count > 1 && std::string_view(arguments[1]) == dream::conformance::check_argument) {
    dream::conformance::check_one_rule({arguments + 2, arguments + argument_count});
  }
  ::testing::InitGoogleTest(&argument_count, arguments);
  return RUN_ALL_TESTS();
}
