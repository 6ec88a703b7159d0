#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "container_plan.hpp"

namespace dream::docker {

/// The body of the request that creates the service of a step: one task, which isn't started again. `image`
/// is what the engine has of it, and may be empty.
[[nodiscard]] std::string service_spec(const ContainerPlan& plan, const Image& image);

/// The same service, and no node suits: its task is asked to end, and the swarm keeps its code and its
/// output, which it forgets soon when a service has no task any more.
[[nodiscard]] std::string ending_service_spec(const ContainerPlan& plan, const Image& image);

/// What the nodes are asked for: the image as the engine has it, by its digest, so that who has it doesn't
/// ask its registry.
[[nodiscard]] std::string service_image(const std::string& name, const Image& image);

/// The project's folder, where it is mounted, and the volumes of the options.
[[nodiscard]] std::vector<Volume> service_volumes(const ContainerPlan& plan);

/// The name of the service of a container's plan.
[[nodiscard]] std::string service_name(const std::string& container);

/// The service as a command line, for people.
[[nodiscard]] std::string describe_service(const ContainerPlan& plan);

}  // namespace dream::docker
