#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <regex>

#include "e2e/dream_run.hpp"

/// Records of runs, and what reads them.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* two_steps =
    R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "start"}]}},
  "projects": {
    "./a": {"tasks": {"start": {"command": "echo one; echo two >&2; printf 'half a line'"}}},
    "./c": {"tasks": {"dev": {"command": "printf 'a\\000\\377b\\n'; echo done; exit ${CODE:-0}"},
                      "wait": {"command": "echo begun; read word < $ROOT/nobody"},
                      "much": {"command": "i=0; while [ $i -lt 800 ]; do head -c 65536 /dev/zero | tr '\\0' x; echo; i=$((i+1)); done; echo the end"}}}}})";

/// Events without the moments they happened at.
std::string without_times(const std::string& text) {
  return std::regex_replace(text, std::regex(R"("atUs":[0-9]+,)"), "");
}

/// A workspace whose records lie in it.
class HistoryTest : public testing::Test {
 protected:
  HistoryTest() {
    fs::create_directory(workspace.root() / "runtime");
    ::chmod((workspace.root() / "runtime").c_str(), 0700);
  }

  [[nodiscard]] Launch launch(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .folder = "c",
            .environment = {{"XDG_RUNTIME_DIR", (workspace.root() / "runtime").string()},
                            {"XDG_STATE_HOME", state().string()}}};
  }
  [[nodiscard]] fs::path state() const { return workspace.root() / "state"; }
  [[nodiscard]] fs::path records() const { return state() / "dream/.history"; }
  [[nodiscard]] std::size_t count_records() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(records()), {}));
  }
  [[nodiscard]] Finished dream(std::vector<std::string> words) const {
    return run(workspace, launch(std::move(words)));
  }
  [[nodiscard]] Finished ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), "ctl");
    DreamRun asked(workspace, launch(std::move(words)));
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }

  Workspace workspace{two_steps};
};

TEST_F(HistoryTest, tells_the_plan_what_decides_how_long_a_run_takes) {
  EXPECT_THAT(dream({"plan", "dev"}).out, Not(HasSubstr("Critical path")));
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  EXPECT_THAT(dream({"plan", "dev"}).out, HasSubstr("Critical path, by the last recorded runs: "));
  EXPECT_THAT(dream({"plan", "dev"}).out, ContainsRegex("\n  ./c:dev +ran for [0-9.]+ m?s\n"));
}

TEST_F(HistoryTest, a_run_without_a_record_writes_nothing) {
  EXPECT_EQ(dream({"dev"}).code, 0);
  EXPECT_FALSE(fs::exists(state()));
  const Finished none = ctl({"history"});
  EXPECT_EQ(none.code, 3);
  EXPECT_THAT(none.err, AllOf(HasSubstr("no run of this workspace is recorded"), HasSubstr("--record")));
  EXPECT_EQ(ctl({"history", "--json"}).out, "[]\n");
  EXPECT_EQ(ctl({"show"}).code, 3);
  EXPECT_EQ(ctl({"logs"}).code, 3);
}

TEST_F(HistoryTest, is_found_though_dream_json_is_gone) {
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  fs::remove(workspace.root() / "dream.json");
  EXPECT_THAT(ctl({"history"}).out, HasSubstr("exit code 0"));
  EXPECT_EQ(ctl({"show"}).code, 0);
  EXPECT_EQ(ctl({"compare", "-1", "-1"}).code, 0);
  EXPECT_THAT(ctl({"logs"}).out, HasSubstr("./a:start | one\n"));
  const Finished no_logs = ctl({"logs", "-C", "/"});
  EXPECT_EQ(no_logs.code, 2);
  EXPECT_THAT(no_logs.err, HasSubstr("no dream.json found"));
  const Finished none = ctl({"history", "-C", "/"});
  EXPECT_EQ(none.code, 3);
  EXPECT_THAT(none.err, HasSubstr("no run of this workspace is recorded"));
}

TEST_F(HistoryTest, of_a_run_that_goes_on_has_how_long_it_has_run_till_now) {
  const Gate nobody(workspace, "nobody");
  DreamRun runs(workspace, launch({"wait", "--record"}));
  runs.await_out("begun\n");
  const auto duration = [&] {
    const std::string json = ctl({"history", "--json"}).out;
    std::smatch found;
    EXPECT_TRUE(std::regex_search(json, found, std::regex(R"("durationUs": ([0-9]+))"))) << json;
    return std::stoll(found[1]);
  };
  const long long before = duration();
  EXPECT_GT(duration(), before) << "nothing has happened in it meanwhile";
  runs.send(SIGTERM);
  runs.exit_code_once_all_ended();
}

TEST_F(HistoryTest, show_tells_byte_for_byte_what_was_told) {
  const Finished told = dream({"dev", "--record", "--output", "prefix"});
  ASSERT_EQ(told.code, 0) << told.err;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"show"}, {"show", "-1"}, {"show", "--output", "prefix"}}) {
    const Finished again = ctl(words);
    EXPECT_EQ(again.code, 0);
    EXPECT_EQ(again.out, told.out);
    EXPECT_EQ(again.err, told.err);
  }
}

TEST_F(HistoryTest, show_tells_in_every_mode_what_that_mode_would_have_told) {
  for (const char* mode : {"raw", "grouped", "events"}) {
    Launch recorded = launch({"dev", "--record", "--output", mode});
    recorded.environment["CODE"] = "3";
    const Finished told = run(workspace, recorded);
    ASSERT_EQ(told.code, 3) << told.err;
    const Finished again = ctl({"show", "--output", mode});
    EXPECT_EQ(without_times(again.out), without_times(told.out)) << mode;
    if (std::string(mode) == "events") continue;
    EXPECT_EQ(again.err, told.err) << mode;
  }
  EXPECT_THAT(ctl({"show", "-1", "--output", "prefix"}).err, HasSubstr("./c:dev failed: exit code 3"))
      << "dream's words are kept though the mode events shows none";
}

TEST_F(HistoryTest, completion_offers_the_records_of_this_workspace_and_reads_none) {
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  const std::string name = fs::directory_iterator(records())->path().filename().string();
  const std::size_t id = name.find('-', name.find('-') + 1) + 1;
  fs::resize_file(records() / name, 0);
  const auto copy_as = [&](const std::string& other) { fs::copy_file(records() / name, records() / other); };
  copy_as("0123456789abcdef" + name.substr(name.find('-')));
  const std::string offered = dream({"completion", "--", "ctl", "show", ""}).out;
  EXPECT_THAT(offered, StartsWith(name.substr(id, 8) + "\tof 20"));
  EXPECT_EQ(std::ranges::count(offered, '\n'), 1) << offered;
  EXPECT_EQ(dream({"completion", "--", "ctl", "logs", "--run", ""}).out, offered);
  EXPECT_EQ(dream({"completion", "--", "ctl", "down", "--run", ""}).out, "") << "none goes on";
  for (int number = 0; number < 30; ++number)
    copy_as(name.substr(0, id) + std::to_string(10'000'000 + number) + "-b.jsonl");
  const std::string many = dream({"completion", "--", "ctl", "compare", "x", ""}).out;
  EXPECT_EQ(std::ranges::count(many, '\n'), 20);
}

TEST_F(HistoryTest, history_has_the_newest_first_with_how_they_ended) {
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  Launch failing = launch({"dev", "--record", "-p", "./c"});
  failing.environment["CODE"] = "7";
  ASSERT_EQ(run(workspace, failing).code, 7);
  const Finished listed = ctl({"history"});
  EXPECT_EQ(listed.code, 0);
  EXPECT_THAT(
      listed.out,
      ContainsRegex(
          "^ +RUN +BEGUN.*\n.*./c:dev +[0-9.]+ m?s +exit code 7\n.*./c:dev +[0-9.]+ m?s +exit code 0\n$"));
  EXPECT_THAT(on_one_line(ctl({"history", "--json"}).out),
              AllOf(StartsWith(R"([{"v": 1,"run": )"), HasSubstr(R"("commandLine": [)"),
                    HasSubstr(R"("--record","-p","./c"])"), HasSubstr(R"("state": "ended","exitCode": 7)"),
                    ContainsRegex(R"("files": \[\{"path": ".*/dream.json","sha256": "[0-9a-f]{64}"\}\])")));
  EXPECT_THAT(ctl({"history", "--everywhere"}).out, HasSubstr(workspace.root().string()));
  EXPECT_EQ(ctl({"show", "-2", "--output", "raw"}).out, ctl({"show", "-1", "--output", "raw"}).out);
  EXPECT_EQ(ctl({"show", "-3"}).code, 3);
  EXPECT_EQ(ctl({"show", "zzzz"}).code, 3);
  EXPECT_EQ(ctl({"show", ""}).code, 2);
}

TEST_F(HistoryTest, the_key_history_records_every_run) {
  std::string configuration = two_steps;
  workspace.write("dream.json", configuration.insert(1, "\"history\": true, "));
  ASSERT_EQ(dream({"dev"}).code, 0);
  EXPECT_EQ(count_records(), 1U);
  struct stat status {};
  ASSERT_EQ(::stat(records().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat(fs::directory_iterator(records())->path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(HistoryTest, a_run_that_is_killed_is_told_from_one_that_goes_on) {
  const Gate nobody(workspace, "nobody");
  DreamRun killed(workspace, launch({"wait", "--record"}));
  killed.await_out("begun\n");
  EXPECT_THAT(ctl({"history"}).out, ContainsRegex("./c:wait +[0-9.]+ m?s +runs\n"));
  EXPECT_THAT(ctl({"show"}).err, HasSubstr("the run goes on"));
  std::smatch found;
  const std::string running = ctl({"ps", "--json"}).out;
  ASSERT_TRUE(std::regex_search(running, found, std::regex(R"("pid": ([0-9]+))")));
  ASSERT_EQ(::kill(std::stoi(found[1]), SIGKILL), 0);  // not the guardian, which ends what is left
  EXPECT_EQ(killed.exit_code_once_all_ended(), 128 + SIGKILL);
  EXPECT_THAT(ctl({"history"}).out, ContainsRegex("./c:wait +[0-9.]+ m?s +killed\n"));
  EXPECT_THAT(on_one_line(ctl({"history", "--json"}).out),
              HasSubstr(R"("state": "killed","exitCode": null)"));
  const Finished shown = ctl({"show"});
  EXPECT_EQ(shown.out, "begun\n");
  EXPECT_THAT(shown.err, HasSubstr("the record ends here: the run was killed"));
  EXPECT_EQ(ctl({"logs", "--run", "-1"}).out, "begun\n");
}

TEST_F(HistoryTest, two_runs_at_once_have_a_record_each) {
  const Gate nobody(workspace, "nobody");
  DreamRun first(workspace, launch({"wait", "--record"}));
  DreamRun second(workspace, launch({"wait", "--record"}));
  first.await_out("begun\n");
  second.await_out("begun\n");
  EXPECT_THAT(ctl({"history"}).out, ContainsRegex("runs\n.*runs\n"));
  for (DreamRun* one : {&first, &second}) {
    one->send(SIGTERM);
    EXPECT_EQ(one->exit_code_beside_others(), 128 + SIGTERM);
  }
  EXPECT_THAT(ctl({"history"}).out, ContainsRegex("exit code 143\n.*exit code 143\n"));
}

TEST_F(HistoryTest, only_so_many_of_a_workspace_are_kept) {
  for (int times = 0; times < 22; ++times) ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  EXPECT_EQ(count_records(), 20U);
}

TEST_F(HistoryTest, no_record_is_no_reason_to_fail) {
  Launch homeless = launch({"dev", "--record"});
  homeless.environment["HOME"] = "";
  homeless.environment["XDG_STATE_HOME"] = "";
  const Finished nowhere = run(workspace, homeless);
  EXPECT_EQ(nowhere.code, 0);
  EXPECT_THAT(nowhere.err, HasSubstr("dream: this run isn't recorded: there is no folder for it (set HOME)"));
  EXPECT_THAT(nowhere.out, HasSubstr("done"));
  Launch in_a_file = launch({"dev", "--record"});
  workspace.write("file", "");
  in_a_file.environment["XDG_STATE_HOME"] = (workspace.root() / "file").string();
  const Finished refused = run(workspace, in_a_file);
  EXPECT_EQ(refused.code, 0);
  EXPECT_THAT(refused.err, HasSubstr("this run isn't recorded"));
  Launch read_only = launch({"dev", "--record"});
  read_only.environment["XDG_STATE_HOME"] = "/proc/self";  // nobody makes a folder there, not root either
  const Finished not_made = run(workspace, read_only);
  EXPECT_EQ(not_made.code, 0);
  EXPECT_THAT(not_made.err, ContainsRegex("this run isn't recorded: /proc/self/dream.*: can't be created"));
}

TEST_F(HistoryTest, a_folder_that_others_may_write_is_not_believed) {
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  ASSERT_EQ(::chmod(records().c_str(), 0777), 0);
  const Finished listed = ctl({"history"});
  EXPECT_EQ(listed.code, 1);
  EXPECT_THAT(listed.err, HasSubstr("isn't yours alone"));
}

TEST_F(HistoryTest, of_much_output_the_oldest_goes_first) {
  ASSERT_EQ(dream({"much", "--record", "--output", "raw"}).code, 0);
  const fs::path record = fs::directory_iterator(records())->path();
  EXPECT_LE(fs::file_size(record), std::uintmax_t{16} << 20U);
  EXPECT_GE(fs::file_size(record), std::uintmax_t{7} << 20U);
  EXPECT_EQ(ctl({"logs", "--run", "-1", "-n", "1"}).out, "the end\n");
  const Finished shown = ctl({"show"});
  EXPECT_THAT(shown.err, HasSubstr("left out here"));
  EXPECT_THAT(shown.out.substr(shown.out.size() - 8), "the end\n");
}

TEST_F(HistoryTest, a_damaged_record_is_told_and_harms_nothing) {
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  const fs::path record = fs::directory_iterator(records())->path();
  const fs::path name = fs::relative(record, workspace.root());
  const std::string whole = workspace.read(name.string());
  std::string damaged = whole;
  damaged[whole.find(R"("event":"started")")] = 'x';
  workspace.write(name.string(), damaged);
  const Finished shown = ctl({"show"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.err, HasSubstr("1 line of the record can't be understood"));
  workspace.write(name.string(), "rubbish");
  const Finished broken = ctl({"show"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.err, AllOf(HasSubstr(record.filename().string()), HasSubstr("is no record of a run")));
  EXPECT_THAT(ctl({"history"}).err, HasSubstr("is no record of a run"));
}

TEST_F(HistoryTest, compare_shows_what_changed_and_what_only_one_has) {
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  std::string configuration = two_steps;
  workspace.write("dream.json", configuration.insert(1, "\"stopOrder\": \"all\", "));
  ASSERT_EQ(dream({"start", "-p", "./a", "--record"}).code, 0);
  const Finished compared = ctl({"compare", "-2", "-1"});
  EXPECT_EQ(compared.code, 0) << compared.err;
  EXPECT_THAT(compared.out,
              AllOf(ContainsRegex("STEP +STARTED AFTER +READY AFTER +RAN FOR"),
                    ContainsRegex("./a:start +[0-9.]+ m?s → [0-9.]+ m?s"),
                    ContainsRegex("./c:dev +only in run "), HasSubstr("dream.json has changed")));
  EXPECT_THAT(on_one_line(ctl({"compare", "-2", "-1", "--json"}).out),
              HasSubstr(R"("step": "./c:dev","changeUs": 0,"before": {)"));
  EXPECT_EQ(ctl({"compare", "-1"}).code, 2);
}

TEST_F(HistoryTest, logs_of_a_run_that_has_ended) {
  ASSERT_EQ(dream({"dev", "--record"}).code, 0);
  EXPECT_EQ(ctl({"logs", "./c:dev", "-n", "1"}).out, "done\n");
  EXPECT_THAT(ctl({"logs", "--run", "-1"}).out, HasSubstr("./a:start | one\n"));
  EXPECT_THAT(ctl({"logs", "--since", "1h"}).out, HasSubstr("./a:start | one\n"));
  EXPECT_THAT(ctl({"logs", "--since", "2100-01-01T00:00"}).out, IsEmpty());
  const Finished unknown = ctl({"logs", "--since", "yesterday"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, StartsWith("dream: --since: \"yesterday\" is no time"));
  EXPECT_EQ(ctl({"logs", "./z:go"}).code, 2);
}

TEST_F(HistoryTest, detached_runs_are_recorded) {
  const Gate nobody(workspace, "nobody");
  DreamRun detached(workspace, launch({"wait", "--detach"}));
  EXPECT_EQ(detached.exit_code_beside_others(), 0) << detached.err();
  EXPECT_THAT(ctl({"history"}).out, HasSubstr("runs\n"));
  EXPECT_EQ(ctl({"down"}).code, 0);
  EXPECT_THAT(ctl({"history"}).out, HasSubstr("exit code 0\n"));
  EXPECT_THAT(ctl({"show", "--output", "prefix"}).err, HasSubstr("stopping: stopped on request"));
}

}  // namespace
}  // namespace dream::e2e
