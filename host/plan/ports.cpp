#include "plan/ports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include "plan/before.hpp"

namespace dream::plan {

namespace {

constexpr std::string_view begin_of_name = "{port:";

/// A script may hold "{port:3000}", which is none.
bool is_reference(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  const bool of_other = colon != std::string_view::npos && name.starts_with("./");
  const std::string_view own = of_other ? name.substr(colon + 1) : name;
  return is_port_name(own);
}

Error unknown(const Step& step, std::string_view name, const Step& owner) {
  std::string known;
  for (const Port& port : owner.ports) known += (known.empty() ? "" : ", ") + port.name;
  std::string hint = R"(write "ports": { "PORT": 3000 } into the settings of the task)";
  if (!known.empty())
    hint = (&owner == &step ? "its own are " : "those of " + to_string(owner.id) + " are ") + known;
  if (!known.empty() && &owner == &step) hint += "; another step's is {port:./project:task:PORT}";
  return {ErrorCode::plan,
          fmt::format("{}: no port is called \"{}\"", to_string(step.id), name),
          {},
          std::move(hint)};
}

Result<std::uint16_t> number_of(std::string_view name, const Plan& plan, const Step& step) {
  const Step* owner = &step;
  std::string_view own = name;
  if (const std::size_t colon = name.rfind(':'); colon != std::string_view::npos) {
    const std::string_view id = name.substr(0, colon);
    const auto found = std::ranges::find_if(plan.steps, [&](const Step& other) {
      const auto& [project, task] = other.id;
      return id.size() == project.size() + 1 + task.size() && id.starts_with(project) && id.ends_with(task) &&
             id[project.size()] == ':';
    });
    if (found == plan.steps.end())
      return Error{
          ErrorCode::plan,
          fmt::format("{}: {{port:{}}} is of a step that this run doesn't have", to_string(step.id), name),
          {},
          fmt::format("let something here need {}, or look for a slip in its name", id)};
    owner = &*found;
    own = name.substr(colon + 1);
  }
  const auto port = std::ranges::find(owner->ports, own, &Port::name);
  if (port == owner->ports.end()) return unknown(step, name, *owner);
  return port->number;
}

/// What of a step can name ports, each made numbers in its place.
class Setter {
 public:
  Setter(const Plan& plan, Step& step, int offset) : plan_(plan), step_(step), offset_(offset) {}

  Result<void> set() {
    for (auto& [name, value] : step_.env) text(value);
    for (const Port& port : step_.ports) step_.env.emplace_back(port.name, std::to_string(port.number));
    if (auto* argv = step_.command ? std::get_if<std::vector<std::string>>(&*step_.command) : nullptr)
      for (std::string& word : *argv) text(word);
    for (Probe& probe : step_.ready) set(probe);
    if (step_.health) set(step_.health->probe);
    if (failure_) return *failure_;
    return {};
  }

 private:
  void text(std::string& text) {
    Result<std::string> with = with_ports(text, plan_, step_);
    if (with)
      text = std::move(*with);
    else
      failure_ = with.error();
  }

  void number(std::uint16_t& number, std::string_view name) {
    if (!name.empty()) {
      const Result<std::uint16_t> named = number_of(name, plan_, step_);
      if (named)
        number = *named;
      else
        failure_ = named.error();
      return;
    }
    const auto moves = [&](const Port& port) { return port.number == number + offset_; };
    if (std::ranges::any_of(step_.ports, moves)) number = static_cast<std::uint16_t>(number + offset_);
  }

  void set(Probe& probe) {
    if (auto* port = std::get_if<PortProbe>(&probe)) {
      for (std::uint16_t& one : port->ports) number(one, {});
      for (const std::string& name : std::exchange(port->names, {})) number(port->ports.emplace_back(), name);
    } else if (auto* tcp = std::get_if<TcpProbe>(&probe)) {
      number(tcp->port, std::exchange(tcp->port_name, {}));
    } else if (auto* http = std::get_if<HttpProbe>(&probe)) {
      const std::uint16_t before = http->port;
      number(http->port, std::exchange(http->port_name, {}));
      if (before != 0 && http->port != before) move_port(http->url, before, http->port);
      text(http->url);
      text(http->target);
      for (auto& [name, value] : http->headers) text(value);
    } else if (auto* log = std::get_if<LogProbe>(&probe)) {
      text(log->text);
    } else if (auto* file = std::get_if<FileProbe>(&probe)) {
      text(file->path);
    } else if (auto* exec = std::get_if<ExecProbe>(&probe)) {
      if (auto* argv = std::get_if<std::vector<std::string>>(&exec->command))
        for (std::string& word : *argv) text(word);
    }
  }

  /// In the URL that messages name.
  static void move_port(std::string& url, std::uint16_t from, std::uint16_t to) {
    const std::size_t scheme = url.find("://");
    const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t colon = url.rfind(':', url.find_first_of("/?", host));
    const std::string digits = std::to_string(from);
    if (colon != std::string::npos && url.compare(colon + 1, digits.size(), digits) == 0)
      url.replace(colon + 1, digits.size(), std::to_string(to));
  }

  const Plan& plan_;
  Step& step_;
  int offset_;
  std::optional<Error> failure_;
};

/// `one` stands before `other`, which waits for the end of it if `comes_after`. In a list a step in front is
/// alone when it starts, and over before the next one does; what runs at the end is alone but for services.
bool may_run_together(const Plan& plan, const Step& one, const Step& other, bool comes_after) {
  if (one.finally || other.finally) return one.service || other.service;
  if (plan.is_list) return one.background || other.background;
  return one.background || !comes_after;
}

/// Of a port that is `step`'s and `other`'s. Written for several tasks at once, it is meant to be one.
std::string remedy_for(const Step& other, const Step& step, const Port& port) {
  const auto is_same = [&](const Port& one) {
    return one.name == port.name && one.where.value == port.where.value;
  };
  if (std::ranges::none_of(other.ports, is_same)) return "give one of them another number in \"ports\"";
  const Step& owner = step.service && !other.service ? step : other;
  return fmt::format(
      "both have it from the same \"ports\": write that into the task that listens there (others say "
      "{{port:{}:{}}}), or give each a number of its own",
      to_string(owner.id), port.name);
}

}  // namespace

boost::system::result<void, PlanError> check_ports(const Plan& plan) {
  const auto place_of = [&](const Step& step) { return StepIndex(&step - plan.steps.data()); };
  std::map<std::uint16_t, std::vector<const Step*>> users;
  for (const Step& step : plan.steps) {
    std::optional<std::vector<bool>> before;
    for (const Port& port : step.ports) {
      for (const Step* other : users[port.number]) {
        if (!before) before = all_before(plan, place_of(step));
        if (other == &step || !may_run_together(plan, *other, step, (*before)[position(place_of(*other))]))
          continue;
        return PlanError{{ErrorCode::plan,
                          "port " + std::to_string(port.number) + " is that of " + to_string(other->id) +
                              " and of " + to_string(step.id) + ", which may run at the same time",
                          {},
                          remedy_for(*other, step, port)},
                         port.where,
                         {}};
      }
      users[port.number].push_back(&step);
    }
  }
  return boost::system::in_place_value;
}

bool is_port_name(std::string_view name) {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  return !name.empty() && digits.find(name.front()) == std::string_view::npos &&
         name.find_first_not_of(std::string(letters).append(digits)) == std::string_view::npos;
}

bool has_ports(const Plan& plan) {
  return std::ranges::any_of(plan.steps, [](const Step& step) { return !step.ports.empty(); });
}

Result<std::string> with_ports(std::string_view text, const Plan& plan, const Step& step) {
  std::string with;
  std::size_t from = 0;
  for (std::size_t at = text.find(begin_of_name); at != std::string_view::npos;
       at = text.find(begin_of_name, from)) {
    const std::size_t end = std::min(text.find('}', at), text.size());
    const std::string_view name = text.substr(at + begin_of_name.size(), end - at - begin_of_name.size());
    with += text.substr(from, at - from);
    from = std::min(end + 1, text.size());
    if (end == text.size() || !is_reference(name) || !has_ports(plan)) {
      with += text.substr(at, from - at);
      continue;
    }
    const Result<std::uint16_t> number = number_of(name, plan, step);
    if (!number) return number.error();
    with += std::to_string(*number);
  }
  return with += text.substr(from);
}

std::vector<std::pair<StepIndex, Error>> misnamed_ports(Plan plan) {
  std::vector<std::pair<StepIndex, Error>> all;
  for (std::size_t at = 0; at < plan.steps.size(); ++at)
    if (const Result<void> set = Setter(plan, plan.steps[at], 0).set(); !set)
      all.emplace_back(StepIndex(at), set.error());
  return all;
}

Result<void> set_ports(Plan& plan, int offset) {
  for (Step& step : plan.steps)
    for (Port& port : step.ports) port.number = static_cast<std::uint16_t>(port.number + offset);
  for (Step& step : plan.steps)
    if (Result<void> set = Setter(plan, step, offset).set(); !set) return set;
  return {};
}

}  // namespace dream::plan
