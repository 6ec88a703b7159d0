/// The C++20 SDK of dream's executor plugins, on top of the C interface of abi.h. Header-only: it is compiled
/// into the plugin and may change from release to release; plugins that are built already keep loading.
///
///     #include <dream/sdk.hpp>
///
///     class Make : public dream::sdk::CommandExecutor {
///      public:
///       static constexpr dream::sdk::PluginInfo info{
///           .id = "make", .version = "1.0.0", .summary = "runs make targets"};
///       using CommandExecutor::CommandExecutor;
///
///       dream::sdk::Result<dream::sdk::Command> command(const dream::sdk::Task& task) override {
///         return dream::sdk::Command{.argv = {"make", std::string(task.name())}};
///       }
///     };
///     DREAM_PLUGIN(Make)
///
/// dream/sdk/options.hpp (typed access to options) is apart, since it needs the headers of RapidJSON.
#pragma once

#include "dream.h"
#include "sdk/child_run.hpp"
#include "sdk/command_executor.hpp"
#include "sdk/command_line.hpp"
#include "sdk/executor.hpp"
#include "sdk/extensions.hpp"
#include "sdk/host.hpp"
#include "sdk/loop_queue.hpp"
#include "sdk/plugin.hpp"
#include "sdk/result.hpp"
#include "sdk/task.hpp"
