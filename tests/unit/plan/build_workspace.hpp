#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/plan.hpp"

/// Short ways to write a workspace in a test.
namespace dream {

/// A dependency entry that names a project and, after a colon, maybe a task: `./a`, `./a:build`.
inline Dependency on(const std::string& written, std::size_t where = SourceOffset::none) {
  Dependency dependency;
  const std::size_t colon = written.find(':');
  dependency.project = written.substr(0, colon);
  if (colon != std::string::npos) dependency.task = written.substr(colon + 1);
  dependency.where = {where};
  return dependency;
}

/// As one of a group.
inline Dependency joining(Dependency entry) {
  entry.joins = true;
  return entry;
}

inline StepId id(const std::string& written) {
  const std::size_t colon = written.find(':');
  return {written.substr(0, colon), written.substr(colon + 1)};
}

inline void depends(Workspace& workspace, const std::string& step, std::vector<Dependency> entries) {
  const StepId named = id(step);
  workspace.dependencies[named.project][named.task].entries = std::move(entries);
}

inline Request request_of(const std::string& step) {
  Request request;
  request.ids = {id(step)};
  return request;
}

inline Request recursive_request_of(const std::string& step) {
  Request request = request_of(step);
  request.recursive = true;
  return request;
}

/// The ids of a plan's steps, in order.
inline std::vector<std::string> ids(const Plan& plan) {
  std::vector<std::string> all;
  all.reserve(plan.steps.size());
  for (const Step& step : plan.steps) all.push_back(to_string(step.id));
  return all;
}

}  // namespace dream
