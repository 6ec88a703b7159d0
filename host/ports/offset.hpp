#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "plan/plan.hpp"

namespace dream::ports {

/// By how much all ports of a plan are moved (--ports auto), so that they lie in 1024…65535 and are free now.
/// It depends on the workspace's folder alone as long as they are: each working tree of a repository has its
/// own.
[[nodiscard]] Result<int> offset_for(const Plan& plan, const std::filesystem::path& root);

}  // namespace dream::ports
