#include <gtest/gtest.h>

namespace dream::e2e {}
