#include "runtime/attempt_task.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dream::runtime {

plugin::TaskSpec task_of_attempt(plugin::TaskSpec task, std::uint32_t number) {
  constexpr std::string_view name = "DREAM_ATTEMPT=";
  for (SharedEnvironment* environment : {&task.environment, &task.own_environment}) {
    auto variables = std::make_shared<std::vector<std::string>>(**environment);
    std::erase_if(*variables, [&](const std::string& variable) { return variable.starts_with(name); });
    variables->push_back(std::string(name) + std::to_string(number));
    *environment = std::move(variables);
  }
  return task;
}

}  // namespace dream::runtime
