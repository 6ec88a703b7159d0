#include <algorithm>
#include <array>
#include <cctype>
#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "job_run.hpp"
#include "leftovers.hpp"
#include "shared/far_command.hpp"
#include "shared/programs.hpp"
#include "shared/run_notes.hpp"

namespace dream::slurm {
namespace {

using sdk::Failure;
using sdk::Result;
using sdk::Task;

/// The options that are one of srun's each.
constexpr std::array<std::pair<const char*, const char*>, 12> flags{{{"nodes", "--nodes"},
                                                                     {"tasks", "--ntasks"},
                                                                     {"cpus", "--cpus-per-task"},
                                                                     {"gpus", "--gpus"},
                                                                     {"memory", "--mem"},
                                                                     {"partition", "--partition"},
                                                                     {"nodelist", "--nodelist"},
                                                                     {"constraint", "--constraint"},
                                                                     {"account", "--account"},
                                                                     {"qos", "--qos"},
                                                                     {"time", "--time"},
                                                                     {"immediate", "--immediate"}}};

/// Whether srun takes a word for an option that sends input or output elsewhere: each has a letter, and may
/// be cut short.
bool redirects(const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const auto is_begin_of = [&](std::string_view option) {
    return name.size() > std::string_view("--").size() && option.starts_with(name);
  };
  return is_begin_of("--output") || is_begin_of("--error") || is_begin_of("--input") ||
         word.starts_with("-o") || word.starts_with("-e") || word.starts_with("-i");
}

/// Where the job's output goes past srun, nobody sees that it runs. (Two variables would do the same.)
Result<void> check_args(const std::vector<std::string>& args) {
  for (std::size_t index = 0; index < args.size(); ++index) {
    if (!redirects(args[index])) continue;
    return Failure{DREAM_E_OPTIONS,
                   "dream itself reads and writes the job's streams; " + args[index] +
                       " would send one of them elsewhere",
                   "leave it out; dream --log-dir keeps the output in files",
                   "/args/" + std::to_string(index)};
  }
  return {};
}

std::vector<std::string> srun_options(const sdk::Options& options) {
  std::vector<std::string> words;
  for (const auto& [name, flag] : flags) {
    if (const auto text = options.text(name)) words.push_back(std::string(flag) + "=" + *text);
    if (const auto number = options.number(name))
      words.push_back(std::string(flag) + "=" + std::to_string(*number));
  }
  for (std::string& word : options.texts("args")) words.push_back(std::move(word));
  return words;
}

Result<void> tools_in(const std::string& search_path) {
  for (const char* program : {"srun", "scancel", "squeue"}) {
    if (plugins::is_installed(program, search_path)) continue;
    return Failure{DREAM_E_NOT_FOUND, std::string(program) + " is not installed: no folder of PATH has it",
                   "install Slurm's programs (Debian: apt-get install slurm-client), and its slurm.conf"};
  }
  return {};
}

/// A step of a Slurm cluster.
class Slurm : public sdk::Executor {
 public:
  static constexpr sdk::PluginInfo info{.id = "slurm",
                                        .version = "1.0.0",
                                        .summary = "runs a command as a job step of a Slurm cluster",
                                        .abilities = DREAM_PLUGIN_RUNS_ELSEWHERE};

  Slurm(const sdk::Host& host, sdk::Project project) : host_(host), project_(std::move(project)) {}

  Result<std::unique_ptr<sdk::Run>> start(const Task& task) override {
    if (host_.output() == nullptr || host_.process() == nullptr) {
      return Failure{DREAM_E_UNSUPPORTED, "this host has no dream.output/1 or no dream.process/1"};
    }
    Result<JobPlan> plan = plan_of(task);
    if (!plan) return plan.failure();
    notes_->find_place(host_);
    auto run = std::make_unique<JobRun>(host_, task.run(), std::move(*plan), notes_);
    if (const Result<void> begun = run->begin(); !begun) return begun.failure();
    return std::unique_ptr<sdk::Run>(std::move(run));
  }

  Result<std::string> describe(const Task& task) {
    const Result<JobPlan> plan = plan_of(task);
    if (!plan) return plan.failure();
    std::vector<std::string> words{"srun"};
    words.insert(words.end(), plan->options.begin(), plan->options.end());
    words.insert(words.end(), plan->words.begin(), plan->words.end());
    return sdk::shell_line(words);
  }

  /// There is nothing in a folder that would say what to run on a cluster.
  static Result<std::vector<sdk::FoundTask>> discover(const sdk::Host&, const sdk::Project&) {
    return std::vector<sdk::FoundTask>{};
  }
  static Result<void> tool(const sdk::Host&, const sdk::Project&) {
    return tools_in(plugins::own_search_path());
  }

  static Result<void> reap(const sdk::Host& host, const sdk::DeadRun& run) {
    const plugins::DeadNotes notes(host, run.session);
    // The last tenth is for telling of it.
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(run.limit_ms) * 9 / 10;
    Result<void> result;
    for (const std::string& note : notes.lines().value_or(std::set<std::string>{""})) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      // A cluster that doesn't answer doesn't keep the others from being asked.
      if (Result<void> cancelled = cancel_jobs_of(run.session, note, left); !cancelled) result = cancelled;
    }
    if (result) notes.drop();
    return result;
  }

 private:
  [[nodiscard]] Result<JobPlan> plan_of(const Task& task) const {
    Result<std::vector<std::string>> words = plugins::command_words(task, info.id);
    if (!words) return words.failure();
    const sdk::Options options(task.options());
    if (const Result<void> checked = check_args(options.texts("args")); !checked) return checked.failure();
    std::vector<std::string> environment = task.environment();
    std::erase_if(environment, [](const std::string& entry) {
      return entry.starts_with("SLURM_STDOUTMODE=") || entry.starts_with("SLURM_STDERRMODE=");
    });
    const Result<void> tools = tools_in(plugins::variable(environment, "PATH"));
    if (!tools) return tools.failure();
    // srun would look for it for a minute.
    const std::string configuration = plugins::variable(environment, "SLURM_CONF");
    if (!configuration.empty() && !plugins::is_file(configuration)) {
      return Failure{DREAM_E_FAILED,
                     "no cluster is known: SLURM_CONF is " + configuration + ", which is no file",
                     "set SLURM_CONF to the cluster's slurm.conf, or unset it"};
    }
    return JobPlan{.options = srun_options(options),
                   .words = std::move(*words),
                   .name = job_name(task),
                   .nonce = plugins::new_nonce(),
                   .directory = std::string(task.directory()),
                   .environment = std::move(environment),
                   .stop_signal = task.stop_signal()};
  }

  /// Which run and which step; squeue takes a comma for the end of a name.
  [[nodiscard]] std::string job_name(const Task& task) const {
    std::string name =
        job_prefix(host_.session()) + std::to_string(task.run()) + "-" + std::string(task.name());
    std::ranges::replace_if(
        name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-'; }, '_');
    return name;
  }

  sdk::Host host_;
  sdk::Project project_;
  std::shared_ptr<plugins::RunNotes> notes_ = std::make_shared<plugins::RunNotes>();
};

}  // namespace
}  // namespace dream::slurm

DREAM_PLUGIN(dream::slurm::Slurm)
