#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "init/compose_layers.hpp"
#include "init/draft.hpp"

/// A service of a compose file as a task in a container.
namespace dream::init {

/// What one service waits for.
struct ServiceNeed {
  enum class Until : std::uint8_t { started, healthy, ended };
  std::string service;
  Until until = Until::started;
  bool required = true;
  bool restarts_with = false;  ///< it is restarted with that one
};

/// Those that it names in `depends_on`, `links` and `network_mode`, in this order.
[[nodiscard]] std::vector<ServiceNeed> needs_of(const YAML::Node& service);

/// What the others make of a service.
struct ServiceRole {
  bool needed = false;  ///< by any
  bool waited_until_healthy = false;
  bool waited_until_ended = false;
};

/// What all services of a model have in common.
struct ServiceContext {
  std::filesystem::path folder;  ///< that their paths count from
  const ComposeModel& model;
  ComposeVariables& variables;
  std::string folder_name;  ///< the name on the run's network that their project's folder gives them
  std::map<std::string, std::vector<std::string>> link_names;  ///< what others call a service in `links`
  std::map<std::string, std::string> built_images;  ///< an image and the `build` of the service that makes it
};

/// A service as a task, and what others have to know of it.
struct ServiceTask {
  TaskDraft task;
  bool is_service = false;  ///< it is expected to run as long as others need it
  bool is_firm = false;     ///< its failure is one of the run's
  bool has_ready = false;
};

/// What can't be said is told to `draft`.
[[nodiscard]] ServiceTask task_of(const std::string& name, const YAML::Node& service, const ServiceRole& role,
                                  const ServiceContext& context, Draft& draft);

}  // namespace dream::init
