#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "e2e/dream_run.hpp"

namespace dream::e2e {

/// A program for Node and Deno that says "ready", and counts the signals that it gets. After the first one it
/// runs another program to its end, so that whoever passes a signal on has the time to do it, and ends with
/// what it counted.
inline constexpr const char* signal_counter = R"js(
import { execFileSync } from "node:child_process";
import process from "node:process";
const counts = {};
let first = true;
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) {
  process.on(name, () => {
    counts[name] = (counts[name] ?? 0) + 1;
    if (!first) return;
    first = false;
    execFileSync(process.execPath, ["--version"]);
    setImmediate(() => setImmediate(() => {
      console.log("counted " + JSON.stringify(counts));
      process.exit(0);
    }));
  });
}
setInterval(() => {}, 1000);
console.log("ready");
)js";

/// Stops `dream dev` in project ./a by `cause` once the counter is ready: it must get `stop_signal` once.
inline void expect_counted_once(const Workspace& workspace, const std::string& stop_signal,
                                int cause = SIGTERM) {
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "a"});
  dream.await_out("ready\n");
  dream.send(cause);
  EXPECT_EQ(dream.exit_code(), 128 + cause);
  EXPECT_THAT(dream.out(), ::testing::HasSubstr("counted {\"" + stop_signal + "\":1}\n")) << dream.err();
  EXPECT_THAT(dream.err(), ::testing::Not(::testing::HasSubstr("killed")));
}

}  // namespace dream::e2e
