#include "cli/completion/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command_line/parse.hpp"

namespace dream::cli {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

/// The candidates for a command line; its place is in those of tasks and projects.
std::vector<std::string> complete(const std::vector<std::string>& words) {
  const auto of = [](const std::string& word, const CompletionPlace& place) {
    return std::vector<Candidate>{
        {word + "@" + place.directory.value_or(".").string() + "@" + place.project.value_or("."), "help"}};
  };
  const CompletionSource source{.tasks = [&](const CompletionPlace& place) { return of("dev", place); },
                                .projects = [&](const CompletionPlace& place) { return of("./web", place); },
                                .executors =
                                    [](const CompletionPlace&) {
                                      return std::vector<Candidate>{{"shell", ""}, {"npm", ""}};
                                    },
                                .steps = [&](const CompletionPlace& place) { return of("./db:dev", place); },
                                .runs = [&](const CompletionPlace& place) { return of("5f0c", place); },
                                .records =
                                    [](const CompletionPlace&) {
                                      return std::vector<Candidate>{{"2c41", ""}, {"5f0c@.@.", ""}};
                                    }};
  std::vector<std::string> found;
  for (const Candidate& one : complete_words(words, source)) found.push_back(one.word);
  return found;
}

TEST(Completion, begins_with_tasks_and_commands) {
  EXPECT_THAT(complete({""}), AllOf(Contains("dev@.@."), Contains("plan"), Contains("completion")));
  EXPECT_THAT(complete({"pla"}), ElementsAre("plan"));
  EXPECT_THAT(complete({"de"}), ElementsAre("dev@.@."));
}

TEST(Completion, offers_the_tasks_of_the_place_that_the_words_in_front_name) {
  EXPECT_THAT(complete({"-C", "x", "run", ""}), ElementsAre("dev@x@."));
  EXPECT_THAT(complete({"--directory=x", "-p./y", "plan", ""}), ElementsAre("dev@x@./y"));
  EXPECT_THAT(complete({"-rnp", "./y", "plan", ""}), ElementsAre("dev@.@./y"));
}

TEST(Completion, offers_nothing_after_a_task_but_options) {
  EXPECT_THAT(complete({"dev", ""}), IsEmpty());
  EXPECT_THAT(complete({"run", "dev", ""}), ElementsAre("dev@.@.")) << "it takes several";
  EXPECT_THAT(complete({"dev", "--js"}), ElementsAre("--json"));
}

TEST(Completion, knows_every_option_by_all_of_its_names) {
  for (const Subcommand* command : all_commands()) {
    for (const OptionWords& option : option_words(*command)) {
      EXPECT_FALSE(option.help.empty());
      for (const std::string& name : option.names) {
        std::vector<std::string> words{std::string(command->name.substr(0, command->name.find(' ')))};
        if (words[0].size() < command->name.size())
          words.emplace_back(command->name.substr(words[0].size() + 1));
        words.push_back(name);
        EXPECT_THAT(complete(words), Contains(name));
      }
    }
  }
  EXPECT_THAT(complete({"list", "--al"}), IsEmpty()) << "an option of others";
  EXPECT_THAT(complete({"--"}), AllOf(Contains("--no-recursive"), Not(Contains("-r"))));
}

TEST(Completion, knows_what_an_option_takes) {
  EXPECT_THAT(complete({"-o", "r"}), ElementsAre("raw"));
  EXPECT_THAT(complete({"--color=a"}), ElementsAre("--color=always", "--color=auto"));
  EXPECT_THAT(complete({"-p", "./"}), ElementsAre("./web@.@."));
  EXPECT_THAT(complete({"-C", "x", "--project=./"}), ElementsAre("--project=./web@x@."));
  EXPECT_THAT(complete({"--log-dir", "x"}), ElementsAre(folders_mark));
  EXPECT_THAT(complete({"--directory=x"}), ElementsAre(folders_mark));
  EXPECT_THAT(complete({"--grace", "1"}), IsEmpty());
  EXPECT_THAT(complete({"--nonsense=x"}), IsEmpty());
}

TEST(Completion, knows_what_a_command_takes) {
  EXPECT_THAT(complete({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(complete({"plugin", "t"}), ElementsAre("trust"));
  EXPECT_THAT(complete({"plugin", "info", "s"}), ElementsAre("shell"));
  EXPECT_THAT(complete({"plugin", "check", "x"}), ElementsAre(files_mark));
  EXPECT_THAT(complete({"list", ""}), IsEmpty());
  EXPECT_THAT(complete({"ctl", "w"}), ElementsAre("wait", "why"));
  EXPECT_THAT(complete({"ctl", "logs", "./x", "-f", ""}), ElementsAre("./db:dev@.@."));
  EXPECT_THAT(complete({"-C", "x", "ctl", "why", ""}), ElementsAre("./db:dev@x@."));
  EXPECT_THAT(complete({"ctl", "why", "./db:dev", ""}), IsEmpty());
  EXPECT_THAT(complete({"ctl", "down", "--run", ""}), ElementsAre("5f0c@.@."));
  EXPECT_THAT(complete({"ctl", "logs", "--run", ""}), ElementsAre("5f0c@.@.", "2c41"))
      << "recorded ones, too";
  EXPECT_THAT(complete({"ctl", "show", ""}), ElementsAre("2c41", "5f0c@.@."));
  EXPECT_THAT(complete({"ctl", "compare", "2c41", "2"}), ElementsAre("2c41"));
  EXPECT_THAT(complete({"ctl", "compare", "2c41", "2c41", ""}), IsEmpty());
  EXPECT_THAT(complete({"plugin", "new", "x", ""}), ElementsAre(folders_mark));
  EXPECT_THAT(complete({"trust", ""}), ElementsAre(folders_mark));
  EXPECT_THAT(complete({"help", "pl"}), ElementsAre("plan", "plugin"));
  EXPECT_THAT(complete({"help", "ctl", "w"}), ElementsAre("wait", "why"));
  EXPECT_THAT(complete({"help", "plugin", "t"}), ElementsAre("trust"));
  EXPECT_THAT(complete({"help", "plan", ""}), IsEmpty());
  EXPECT_THAT(complete({"help", "ctl", "logs", ""}), IsEmpty());
}

TEST(Completion, leaves_what_follows_the_dashes_to_the_shell) {
  EXPECT_THAT(complete({"dev", "--", "-"}), ElementsAre(files_mark));
  EXPECT_THAT(complete({"dev", "--", "a", ""}), ElementsAre(files_mark));
}

}  // namespace
}  // namespace dream::cli
