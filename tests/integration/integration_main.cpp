#include <gtest/gtest.h>

#include "process/first_thread.hpp"

/// As in dream: the loop is not on the first thread.
int main(int argument_count, char** arguments) {
  testing::InitGoogleTest(&argument_count, arguments);
  return dream::process::leave_first_thread_to_orphans([] { return RUN_ALL_TESTS(); });
}
