#include "config/area.hpp"

namespace dream::config {

namespace {

Area below_top(std::string_view key) {
  if (key == "executors") return Area::executors;
  if (key == "projects") return Area::projects;
  if (key == "tasks") return Area::tasks;
  return key == "workspace" ? Area::workspace : Area::other;
}

Area below_task(std::string_view key) {
  if (key == "command") return Area::command;
  if (key == "ready" || key == "health") return Area::probes;
  if (key == "stop" || key == "restart") return Area::times;
  if (key == "env") return Area::values;
  return key == "options" ? Area::options : Area::other;
}

}  // namespace

Area area_below(Area area, std::string_view key) {
  switch (area) {
    case Area::top:
      return below_top(key);
    case Area::executors:
      return Area::executor;
    case Area::executor:
      return key == "options" ? Area::options : Area::other;
    case Area::projects:
      return Area::project;
    case Area::project:
      if (key == "tasks") return Area::tasks;
      if (key == "env") return Area::values;
      return key == "options" ? Area::options : Area::other;
    case Area::tasks:
      return Area::task;
    case Area::task:
      return below_task(key);
    case Area::probes:
      return key == "exec" ? Area::command : Area::values;
    case Area::values:
    case Area::options:
      return area;
    case Area::workspace:
    case Area::command:
    case Area::times:
    case Area::other:
      return Area::other;
  }
  return Area::other;
}

}  // namespace dream::config
