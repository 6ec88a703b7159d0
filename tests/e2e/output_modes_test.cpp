#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "e2e/dream_run.hpp"
#include "unit/output/event_bytes.hpp"

namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Launch launch(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "go");
  return {.arguments = std::move(arguments), .folder = "c"};
}

/// Blocks until the task that has `echo > $ROOT/ready` has come there.
void await_ready(const Workspace& workspace) {
  std::string line;
  std::getline(std::ifstream(workspace.root() / "ready") >> std::ws, line);
}

TEST(QuietOutput, is_what_dream_does_and_the_last_lines_of_what_fails) {
  const Workspace workspace({{"a", "echo a; exit 3", R"("required": false)", ""}, {"c", "echo c", "", ""}});
  const Finished finished = run(workspace, launch({"--quiet"}));
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "a\n");
  EXPECT_THAT(finished.err, HasSubstr("dream: ── ./a:go, last lines ──\n"));
  EXPECT_THAT(finished.err, HasSubstr("dream: ./c:go succeeded\n"));
  EXPECT_EQ(run(workspace, launch({"-o", "quiet"})).out, "a\n");
  EXPECT_EQ(run(workspace, launch({"--quiet", "-o", "raw"})).code, 2);
}

TEST(QuietOutput, says_after_a_failure_where_the_rest_lies) {
  const Workspace workspace({{"a", "seq 100", "", ""}, {"c", "echo broken; exit 3", "", ""}});
  Launch quiet = launch({"-q"});
  quiet.environment["XDG_STATE_HOME"] = (workspace.root() / "state").string();
  const Finished finished = run(workspace, quiet);
  EXPECT_EQ(finished.code, 3);
  const std::size_t at = finished.err.find("dream: all that was written: dream ctl show ");
  ASSERT_NE(at, std::string::npos) << finished.err;
  Launch show = quiet;
  show.arguments = {"ctl", "show", finished.err.substr(at + 44, 8)};
  EXPECT_THAT(run(workspace, show).out, HasSubstr("a | 100\nc | broken\n"));
}

TEST(QuietOutput, names_no_record_that_is_not_there) {
  const Workspace workspace({{"c", "echo broken; exit 3", "", ""}});
  workspace.write("state", "a file");
  Launch quiet = launch({"-q"});
  quiet.environment["XDG_STATE_HOME"] = (workspace.root() / "state").string();
  const Finished finished = run(workspace, quiet);
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("this run isn't recorded"), Not(HasSubstr("ctl show"))));
}

TEST(QuietOutput, is_the_mode_for_agents_unless_another_is_asked_for) {
  const Workspace workspace({{"a", "echo a", "", ""}, {"c", "echo c", "", ""}});
  Launch by_agent = launch({});
  by_agent.environment["CLAUDECODE"] = "1";
  EXPECT_EQ(run(workspace, by_agent).out, "");
  by_agent.environment = {{"AI_AGENT", "some"}};
  EXPECT_EQ(run(workspace, by_agent).out, "");
  by_agent.environment = {{"AI_AGENT", ""}};
  EXPECT_THAT(run(workspace, by_agent).out, HasSubstr("a | a\n"));
  Launch raw = launch({"-o", "raw"});
  raw.environment["CLAUDECODE"] = "1";
  EXPECT_THAT(run(workspace, raw).out, HasSubstr("a\n"));
}

TEST(OneStep, is_shown_as_if_it_had_been_started_by_hand) {
  const Workspace workspace({{"c", "echo out; echo err >&2", "", ""}});
  const Finished well = run(workspace, launch({}));
  EXPECT_EQ(well.out, "out\n");
  EXPECT_EQ(well.err, "err\n");
  const Workspace failing({{"c", "exit 3", "", ""}});
  EXPECT_EQ(run(failing, launch({})).err, "dream: ./c:go failed: exit code 3\n");
}

TEST(GroupedOutput, comes_step_by_step_and_failures_last) {
  const Workspace workspace({{"a", "echo a out; echo a err >&2; exit 3", R"("required": false)", ""},
                             {"b", "echo b1; printf b2", "", ""},
                             {"c", "echo c", "", ""}});
  const Finished finished = run(workspace, launch({"-o", "grouped"}));
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "b1\nb2\nc\na out\n");
  EXPECT_THAT(finished.err, HasSubstr("dream: ── ./b:go ──\n"));
  EXPECT_THAT(finished.err,
              HasSubstr("dream: ── ./a:go failed, exit code 3, optional ──\na err\ndream:   ./a:go  failed"));
  EXPECT_LT(finished.err.find("dream: ./a:go failed"), finished.err.find("dream: ./b:go started"))
      << "that it failed is said at once";
}

TEST(GroupedOutput, goes_below_its_heading_where_both_streams_are_one_pipe) {
  const Workspace workspace({{"a", "echo from a >&2", "", ""}, {"c", "printf 'from c'", "", ""}});
  Launch merged = launch({"-o", "grouped"});
  merged.merged = true;
  const Finished finished = run(workspace, merged);
  EXPECT_THAT(finished.out, HasSubstr("dream: ── ./a:go ──\nfrom a\ndream: ./a:go succeeded\n"));
  EXPECT_THAT(finished.out, HasSubstr("dream: ── ./c:go ──\nfrom c\ndream: ./c:go succeeded\n"));
}

/// A shell may miss a signal right before it blocks in `read`, so it waits in short pieces.
TEST(GroupedOutput, of_a_run_that_was_stopped_is_shown_whole) {
  const Workspace workspace({{"a", "echo from a; echo > $ROOT/first; sleep 1000", async, ""},
                             {"c",
                              "trap 'echo cleaned up; exit 1' INT; echo from c; read go < $ROOT/first; "
                              "echo > $ROOT/ready; while :; do sleep 0.05; done",
                              "", ""}});
  for (const char* fifo : {"first", "ready"}) ASSERT_EQ(::mkfifo((workspace.root() / fifo).c_str(), 0600), 0);
  DreamRun dream(workspace, launch({"--output=grouped"}));
  await_ready(workspace);
  EXPECT_EQ(dream.out(), "");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), HasSubstr("from a\n"));
  EXPECT_THAT(dream.out(), HasSubstr("from c\ncleaned up\n"));
  EXPECT_THAT(dream.err(), HasSubstr("── ./c:go terminated, stopped by SIGINT, exit code 1 ──\n"));
}

TEST(GroupedOutput, waits_for_a_slow_reader_and_loses_nothing) {
  std::vector<Step> steps;
  std::string lines;
  for (int number = 100'000; number < 200'000; ++number) lines += std::to_string(number) + "\n";
  for (const char* project : {"a", "b", "d"}) {
    steps.push_back({project, "cat $ROOT/lines", "", ""});
  }
  steps.push_back({"c", "cat $ROOT/lines; exit 7", "", ""});
  const Workspace workspace(steps);
  workspace.write("lines", lines);
  DreamRun dream(workspace, launch({"-o", "grouped"}));
  dream.stop_reading_out();
  dream.await_err("──");
  dream.resume_reading_out();
  EXPECT_EQ(dream.exit_code(), 7);
  std::string expected;
  for (std::size_t count = 0; count < steps.size(); ++count) expected += lines;
  EXPECT_TRUE(dream.out() == expected);
}

TEST(GroupedOutput, is_kept_elsewhere_where_the_folder_for_temporary_files_is_missing) {
  const Workspace workspace({{"a", "echo from a", "", ""}, {"c", "echo from c", "", ""}});
  Launch nowhere = launch({"-o", "grouped"});
  nowhere.environment["TMPDIR"] = (workspace.root() / "missing").string();
  const Finished finished = run(workspace, nowhere);
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "from a\nfrom c\n");
}

/// What stdout of a run with -o events says: each line an object of version 1.
std::vector<rapidjson::Document> events_of(const std::string& out) {
  std::vector<rapidjson::Document> events;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    rapidjson::Document& event = events.emplace_back();
    event.Parse(line.c_str(), line.size());
    EXPECT_TRUE(event.IsObject() && event["v"].GetInt() == 1) << line;
  }
  return events;
}

TEST(EventsOutput, gives_the_exact_bytes_back_and_nothing_else_is_on_stdout) {
  std::string binary;
  for (int round = 0; round < 1000; ++round) {
    for (int value = 0; value < 256; ++value) binary += static_cast<char>((value * 7 + round) & 0xFF);
  }
  std::string text;
  for (int line = 0; line < 50'000; ++line) text += "Zeile " + std::to_string(line) + " – größer 日本\n";
  const Workspace workspace({{"a", "cat $ROOT/binary; cat $ROOT/text >&2", async, ""},
                             {"b", "dd if=$ROOT/text obs=777 status=none", async, ""},
                             {"c", "printf 'no end'", "", ""}});
  workspace.write("binary", binary);
  workspace.write("text", text);
  const Finished finished = run(workspace, launch({"-o", "events"}));
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.err, "") << "there was nothing to warn about";
  const auto events = events_of(finished.out);
  const std::map<std::string, std::string> expected{{"./a:go stdout", binary},
                                                    {"./a:go stderr", text},
                                                    {"./b:go stdout", text},
                                                    {"./c:go stdout", "no end"}};
  EXPECT_TRUE(output::bytes_of(events) == expected);
  for (const auto& event : events) {
    if (std::string_view(event["event"].GetString()) != "output") continue;
    const std::string_view step = event["step"].GetString();
    EXPECT_TRUE(step == "./a:go" || event.HasMember("text")) << step;
  }
  EXPECT_STREQ(events.front()["event"].GetString(), "planned");
  EXPECT_STREQ(events.back()["event"].GetString(), "summary");
}

TEST(EventsOutput, tells_that_a_step_runs_before_what_it_writes) {
  constexpr int most = 60;
  std::string entries;
  std::string tasks;
  for (int at = 0; at < most; ++at) {
    const std::string name = "t" + std::to_string(at);
    entries += R"({"projectPath": "./", "task": ")" + name + R"(", "async": true},)";
    tasks += '"' + name + R"(": {"command": ["echo", "x"]},)";
  }
  const Workspace workspace(R"({"workspace": {"./": {"all": [)" + entries +
                            R"(]}}, "projects": {"./": {"tasks": {)" + tasks +
                            R"("all": {"command": null}}}}})");
  const Finished finished = run(workspace, {.arguments = {"all", "-o", "events"}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  std::set<std::string> running;
  int heard = 0;
  for (const auto& event : events_of(finished.out)) {
    const std::string what = event["event"].GetString();
    if (what == "started") running.insert(event["step"].GetString());
    if (what != "output") continue;
    EXPECT_TRUE(running.contains(event["step"].GetString())) << event["step"].GetString();
    ++heard;
  }
  EXPECT_EQ(heard, most);
}

TEST(EventsOutput, tells_of_failures_and_skipped_steps) {
  const Workspace workspace({{"a", "exit 5", "", ""}, {"c", "echo never", "", ""}});
  const Finished finished = run(workspace, launch({"-o", "events"}));
  EXPECT_EQ(finished.code, 5);
  EXPECT_EQ(finished.err, "dream: ./a:go failed: exit code 5\n");
  const auto events = events_of(finished.out);
  const auto& summary = events.back();
  EXPECT_EQ(summary["exitCode"].GetInt(), 5);
  EXPECT_EQ(summary["steps"][0]["exit"]["code"].GetInt(), 5);
  EXPECT_STREQ(summary["steps"][1]["outcome"].GetString(), "skipped");
  EXPECT_STREQ(summary["steps"][1]["reason"]["kind"].GetString(), "requiredFailed");
}

TEST(LogDirectory, goes_together_with_every_mode) {
  const Workspace workspace({{"a", "echo a out; echo a err >&2", "", ""}, {"c", "printf c", "", ""}});
  std::map<std::string, std::string> out{
      {"prefix", "a | a out\nc | c\n"}, {"raw", "a out\nc"}, {"grouped", "a out\nc"}};
  for (const std::string mode : {"prefix", "raw", "grouped", "events"}) {
    const Finished finished = run(workspace, launch({"-o", mode, "--log-dir", "../logs/" + mode}));
    EXPECT_EQ(finished.code, 0) << finished.err;
    EXPECT_TRUE(mode == "events" || finished.out == out[mode]) << finished.out;
    EXPECT_EQ(workspace.read("logs/" + mode + "/01-a.out.log"), "a out\n");
    EXPECT_EQ(workspace.read("logs/" + mode + "/01-a.err.log"), "a err\n");
    EXPECT_EQ(workspace.read("logs/" + mode + "/02-c.out.log"), "c");
    EXPECT_EQ(workspace.read("logs/" + mode + "/02-c.err.log"), "");
    rapidjson::Document index;
    index.Parse(workspace.read("logs/" + mode + "/index.json").c_str());
    ASSERT_TRUE(index.IsObject());
    EXPECT_EQ(index["exitCode"].GetInt(), 0);
    EXPECT_STREQ(index["steps"][1]["step"].GetString(), "./c:go");
    EXPECT_STREQ(index["steps"][1]["outcome"].GetString(), "succeeded");
  }
}

TEST(LogDirectory, that_can_not_be_made_lets_nothing_run) {
  const Workspace workspace({{"c", "echo > $ROOT/ran", "", ""}});
  workspace.write("file", "");
  const Finished finished = run(workspace, launch({"-o", "events", "--log-dir", "../file/logs"}));
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, HasSubstr("../file/logs: can't create the logs: Not a directory"));
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

TEST(LogDirectory, is_looked_for_in_the_folder_that_the_command_line_names) {
  const Workspace workspace({{"c", "echo c", "", ""}});
  EXPECT_EQ(run(workspace, {.arguments = {"go", "-C", "c", "--log-dir=logs"}, .folder = ""}).code, 0);
  EXPECT_EQ(workspace.read("c/logs/01-c.out.log"), "c\n");
}

TEST(TraceFile, is_written_beside_any_output) {
  const Workspace workspace({{"a", "true", async, ""}, {"c", "exit 3", "", ""}});
  const Finished finished = run(workspace, launch({"--trace", "../trace.json"}));
  EXPECT_EQ(finished.code, 3);
  rapidjson::Document trace;
  trace.Parse(workspace.read("trace.json").c_str());
  ASSERT_TRUE(trace.IsArray());
  const auto& last = trace.GetArray()[trace.Size() - 1];
  EXPECT_STREQ(last["name"].GetString(), "finished");
  EXPECT_EQ(last["args"]["exitCode"].GetInt(), 3);
}

TEST(TraceFile, that_can_not_be_made_lets_nothing_run) {
  const Workspace workspace({{"c", "echo > $ROOT/ran", "", ""}});
  const Finished finished = run(workspace, launch({"--trace", "../none/trace.json"}));
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err,
              HasSubstr("../none/trace.json: can't write the trace: No such file or directory"));
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

}  // namespace
}  // namespace dream::e2e
