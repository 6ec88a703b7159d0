#include "pod_plan.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <dream/sdk/command_line.hpp>
#include <utility>

#include "shared/names.hpp"
#include "shared/shell_line.hpp"
#include "shared/task_environment.hpp"

namespace dream::kubernetes {

namespace {

constexpr std::int64_t ms_in_s = 1000;

/// The task's, or else the option's; with what stood after `--`, for which a line has a place.
Result<std::vector<std::string>> words_of(const sdk::Task& task, const sdk::Options& options) {
  const std::vector<std::string> arguments = task.arguments();
  std::vector<std::string> words = task.command_argv();
  if (!task.has_command_argv()) {
    std::optional<std::string> line = options.text("command");
    if (task.has_command_line()) line = std::string(task.command_line());
    if (line) return plugins::words_of_line(*line, arguments);
    words = options.texts("command");
  }
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::optional<std::vector<std::string>> entrypoint_of(const sdk::Options& options) {
  if (!options.has("entrypoint")) return std::nullopt;
  std::vector<std::string> words = options.texts("entrypoint");
  if (words == std::vector<std::string>{""}) words.clear();
  return words;
}

std::optional<std::uint16_t> read_number(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

Result<std::vector<ForwardedPort>> ports_of(const sdk::Options& options) {
  std::vector<ForwardedPort> ports;
  const Json& list = json_at(options.json(), {"ports"});
  for (rapidjson::SizeType at = 0; list.IsArray() && at < list.Size(); ++at) {
    const std::string text =
        list[at].IsInt() ? std::to_string(list[at].GetInt()) : std::string(list[at].GetString());
    const auto port = read_port(text);
    if (!port)
      return Failure{
          DREAM_E_OPTIONS, "this is no port",
          R"("8080:80" forwards port 8080 of 127.0.0.1 to port 80 of the Pod, "10.0.0.5:8080:80" that of another address)",
          "/ports/" + std::to_string(at)};
    ports.push_back(*port);
  }
  return ports;
}

std::vector<std::string> names_in(const Json& list, std::vector<std::string> otherwise) {
  if (!list.IsArray()) return otherwise;
  std::vector<std::string> names;
  for (const Json& name : list.GetArray()) names.emplace_back(name.GetString());
  return names;
}

/// What Kubernetes can't do is said before it is tried.
Result<void> check(const PodPlan& plan, const sdk::Options& options, const sdk::Task& task) {
  if (!options.has("image"))
    return Failure{DREAM_E_OPTIONS, "there is no image", R"(set "image", like "postgres:16")"};
  if (plan.entrypoint && plan.entrypoint->empty() && plan.words.empty())
    return Failure{DREAM_E_OPTIONS, "nothing to run: the entrypoint is taken away and there is no command",
                   "set `command`, or leave `entrypoint` out", "/entrypoint"};
  const Json& mount = json_at(options.json(), {"mount"});
  if (mount.IsObject() && plan.copies == mount.HasMember("claim"))
    return Failure{DREAM_E_OPTIONS, "a mount is either a volume or a copy",
                   R"(set "claim" to a PersistentVolumeClaim, or "copy" to true)", "/mount"};
  if (task.stop_signal() != SIGTERM && !task.may_use_own_signal())
    return Failure{DREAM_E_UNSUPPORTED, "Kubernetes asks a Pod to end by TERM, or by the signal of its image",
                   "remove stop.signal of " + plan.step + ", or build the image with a STOPSIGNAL"};
  if ((plan.wants_ready || plan.asks_health) &&
      pod_spec(plan).find("\"readinessProbe\"") == std::string::npos)
    return Failure{DREAM_E_OPTIONS, "nothing tells when the Pod of " + plan.step + " is ready",
                   plan.wants_ready ? "set `readinessProbe`, or take another `ready`: log"
                                    : "set `readinessProbe`, or take another `health`: http or exec"};
  return {};
}

}  // namespace

std::optional<ForwardedPort> read_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto pod = read_number(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!pod) return std::nullopt;
  ForwardedPort port{*pod, *pod};
  if (colon == std::string_view::npos) return port;
  std::string_view here = text.substr(0, colon);
  if (const std::size_t split = here.rfind(':'); split != std::string_view::npos) {
    std::string_view address = here.substr(0, split);
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    error_code error;
    port.address = asio::ip::make_address(address, error);
    if (error) return std::nullopt;
    here.remove_prefix(split + 1);
  }
  const auto local = read_number(here);
  if (!local) return std::nullopt;
  port.local = *local;
  return port;
}

Result<PodPlan> make_plan(const sdk::Host& host, const sdk::Project& project, const sdk::Task& task,
                          const Variables& variables) {
  const sdk::Options options(task.options());
  Result<Access> access = find_access(AccessOptions::read(task.options()), variables);
  if (!access) return access.failure();
  PodPlan plan{.access = *std::move(access), .options = std::string(task.options())};
  plan.step = project.path + ":" + std::string(task.name());
  Result<std::vector<std::string>> words = words_of(task, options);
  if (!words) return words.failure();
  plan.words = *std::move(words);
  plan.entrypoint = entrypoint_of(options);
  plan.environment = plugins::given_environment(task, options.texts("env"));
  plan.service = options.text("service").value_or("");
  Result<std::vector<ForwardedPort>> ports = ports_of(options);
  if (!ports) return ports.failure();
  plan.ports = *std::move(ports);
  const Json& mount = json_at(options.json(), {"mount"});
  plan.copies = json_flag(mount, {"copy"});
  plan.folder = project.directory;
  plan.excluded = names_in(json_at(mount, {"exclude"}), {".git"});
  plan.grace = task.grace();
  plan.wants_ready = task.wants_ready();
  plan.asks_health = task.asks_health();
  if (const auto limit = options.number("waitLimit")) plan.wait_limit = std::chrono::seconds(*limit);
  const std::string session = host.session();
  // A step that is started again is another Pod: the one before it may still be ending.
  const std::string tail = (session.empty() ? plugins::short_hash(project.root) : session.substr(0, 8)) +
                           "-" + std::to_string(task.run());
  const std::string name = plugins::step_name(plan.step, tail);
  plan.name = plugins::short_name(name, tail.size() + sizeof("-01234567-") - 1);
  plan.labels = {{run_label, session}, {step_label, plan.name}};
  if (const Result<void> checked = check(plan, options, task); !checked) return checked.failure();
  return plan;
}

std::int64_t grace_seconds(const PodPlan& plan) {
  return std::max<std::int64_t>(1, (plan.grace.count() + ms_in_s - 1) / ms_in_s);
}

std::string describe(const PodPlan& plan) {
  const sdk::Options options(plan.options);
  std::vector<std::string> words{"kubectl",
                                 "--context",
                                 plan.access.context,
                                 "--namespace",
                                 plan.access.name_space,
                                 "run",
                                 "--image",
                                 options.text("image").value_or("")};
  for (const std::string& entry : plan.environment)
    words.insert(words.end(), {"--env", entry.substr(0, entry.find('='))});
  std::vector<std::string> command = plan.entrypoint.value_or(std::vector<std::string>{});
  if (plan.entrypoint) words.emplace_back("--command");
  command.insert(command.end(), plan.words.begin(), plan.words.end());
  if (!command.empty()) words.emplace_back("--");
  words.insert(words.end(), command.begin(), command.end());
  return sdk::shell_line(words);
}

}  // namespace dream::kubernetes
