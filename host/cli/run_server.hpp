#pragma once

#include <memory>

#include "cli/reloading.hpp"
#include "control/server.hpp"
#include "plan/plan.hpp"
#include "prepare/workspace.hpp"
#include "runtime/driver.hpp"
#include "runtime/session.hpp"

namespace dream::cli {

/// Who can be asked about the run from outside. Null where it can have no place for that. All must outlive
/// it. `notice`: where who has started a detached run waits for the path of its socket; negative: nobody
/// does.
std::unique_ptr<control::Server> make_server(runtime::Session& session, const Plan& plan,
                                             const prepare::LoadedWorkspace& loaded, runtime::Driver& driver,
                                             Reloading& reloading, int notice);

}  // namespace dream::cli
