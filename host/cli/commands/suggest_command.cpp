#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/write_all.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/run_watched.hpp"
#include "cli/terminal.hpp"
#include "cli/views/suggest_view.hpp"
#include "cli/workspace.hpp"
#include "config/read_file.hpp"
#include "suggest/suggestion.hpp"
#include "suggest/watch.hpp"
#include "suggest/write.hpp"

namespace dream::cli {

namespace {

class Suggester : public RunWatcher {
 public:
  explicit Suggester(const Options& options) : options_(options) {}

  bool wants(const Plan& plan, const prepare::LoadedWorkspace& loaded) override {
    plan_ = &plan;
    loaded_ = &loaded;
    steps_ = suggest::steps_of_interest(plan, loaded.workspace);
    return !steps_.empty();
  }

  int output_of_tasks() const override { return options_.json ? STDERR_FILENO : STDOUT_FILENO; }

  void begin(runtime::Session& session, Clock& clock, runtime::Driver& driver) override {
    watch_ = std::make_unique<suggest::Watch>(
        *plan_, steps_,
        suggest::Watch::Parts{
            .supervisor = session.supervisor(),
            .clock = clock,
            .pid_of = [&driver](StepIndex step) { return driver.pid_of(step); },
            .root = loaded_->workspace.root,
            .tell = [&session](const std::string& text) { session.log().write(LogLevel::info, text); },
            .mask = [&session](std::string text) { return session.masked(std::move(text)); }});
    driver.look_on(*watch_, [this](StepIndex step, Stream stream, std::string_view bytes) {
      watch_->hear(step, stream, bytes);
    });
  }

  void end() override {
    seen_ = watch_->take();
    watch_.reset();
  }

  int tell(int exit_code) override {
    if (!steps_.empty() && seen_.empty()) return exit_code;  // nothing was run, which was told
    const std::vector<suggest::Suggestion> all = suggest::suggestions(*plan_, steps_, seen_);
    const suggest::NewText text =
        suggest::with_suggestions(loaded_->document->source().text(), loaded_->workspace, *plan_, all);
    SuggestReport report{.plan = *plan_, .suggestions = all, .text = text, .asked = options_.write};
    Result<void> done;
    if (options_.write && text.text != loaded_->document->source().text()) {
      done = write(all, text);
      report.written = done.has_value();
    }
    if (options_.json && print(suggest_json(report, locator(*loaded_))) != 0) return exit_internal;
    if (!options_.json && steps_.empty())
      complain("nothing to suggest, so nothing is run: no step in the background that " +
               to_string(plan_->steps.back().id) + " comes after has a delay, or lacks `ready`");
    else if (!options_.json)
      print_words(suggest_text(report, locator_from_here(*loaded_)));
    if (done) return exit_code;
    complain(done.error());
    return exit_code == 0 ? exit_internal : exit_code;
  }

 private:
  /// What is written was read again, and means what was suggested.
  [[nodiscard]] Result<void> write(std::span<const suggest::Suggestion> all,
                                   const suggest::NewText& text) const {
    const std::filesystem::path& file = loaded_->workspace.file;
    const auto refused = [&](std::string why, std::string hint) {
      return Error{ErrorCode::io, "nothing is written: " + std::move(why), file.string(), std::move(hint)};
    };
    const Result<std::string> now = config::read_file(file, config::Document::max_size);
    if (!now) return now.error();
    if (*now != loaded_->document->source().text())
      return refused("it was changed during the run", "run `dream suggest` again");
    AskedProjects projects(*loaded_, options_);
    const Result<Plan> plan = prepare::plan_of_text(*loaded_, text.text,
                                                    {.ids = {plan_->steps.back().id},
                                                     .recursive = options_.recursive,
                                                     .jobs = plan_->is_list ? 1 : plan_->jobs},
                                                    &projects.graph());
    if (!plan)
      return refused("it would have a problem then: " + to_string(plan.error()), "write it yourself");
    if (!suggest::is_followed(*plan, *plan_, text, all))
      return refused("the steps would not wait as they should", "write it yourself");
    if (const int problem = replace_file(file, text.text); problem != 0)
      return refused(std::strerror(problem), "");
    return {};
  }

  const Options& options_;
  const Plan* plan_ = nullptr;
  const prepare::LoadedWorkspace* loaded_ = nullptr;
  std::vector<StepIndex> steps_;
  std::unique_ptr<suggest::Watch> watch_;  ///< while it runs
  std::vector<suggest::Seen> seen_;        ///< once it has ended
};

int suggest_for(const Options& options) {
  if (!options.tasks.empty()) {
    Suggester suggester(options);
    return run_watched(options, &suggester);
  }
  complain(
      {ErrorCode::usage, "no task given", {}, "dream suggest TASK; dream list shows the tasks there are"});
  return exit_nothing_run;
}

}  // namespace

const Subcommand suggest_command{

    .name = "suggest",
    .takes = "TASK",
    .help = "runs the task once, and suggests `ready` probes that replace its delays",
    .examples = {"dream suggest dev", "dream suggest dev --write   # puts it into dream.json"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.tasks, 0, 1);
          define_place(definition, options);
          define_planning(definition, options);
          definition.flag("--write", options.write, "write the suggestions into dream.json");
          define_output(definition, options);
          define_look(definition, options);
        },
    .run = suggest_for,
    .check = [](const Options& options) -> Result<void> {
      if (options.projects.size() > 1)
        return Error{ErrorCode::usage, "--project is there more than once", {}, "see dream help suggest"};
      if (options.tasks.empty() && (options.write || options.json))
        return Error{ErrorCode::usage, "--write and --json go with a task", {}, "dream suggest TASK"};
      return options.tasks.empty() ? Result<void>{} : check_selection(options);
    },
    .gives_way = true,
};

}  // namespace dream::cli
