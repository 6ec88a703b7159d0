#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>

namespace dream::cli {

/// Adds to a schema of dream.json (`whole`) what is true of the options of one executor: `name`, and the
/// schema that its plugin carries. They are those of every place that is known to be this executor's: its
/// entry in `executors`, and the projects and tasks that name it or inherit it. Nothing is said where
/// `executors` has another plugin of this name, and nothing is refused where nobody names an executor: the
/// file may be one of several. Definitions of `whole` that begin with `name` and a point are these.
void add_executor_rules(rapidjson::Document& whole, const std::string& name, const rapidjson::Value& options);

}  // namespace dream::cli
