#pragma once

#include "plugin/executor.hpp"

namespace dream::prepare {

/// A step with the executor that will run it.
struct PreparedStep {
  plugin::Executor* executor = nullptr;  ///< none: it has no process
  plugin::TaskSpec task;
};

}  // namespace dream::prepare
