// The part of a container's life before there is a container: its image is found, pulled or built.
#include <filesystem>
#include <utility>

#include "build_context.hpp"
#include "container_life.hpp"
#include "json.hpp"
#include "registry_auth.hpp"

namespace dream::docker {

Async<Result<void>> ContainerLife::pull_image() {
  const std::string& image = plan_.options.image;
  tell("pulling " + image);
  const std::string authorization =
      co_await pull_authorization(engine_.executor(), plan_.docker_configuration, image);
  co_return co_await engine_.pull(image, plan_.options.platform, authorization,
                                  [this](std::string_view line) { say(std::string(line) + "\n"); });
}

Async<Result<Image>> ContainerLife::build_image() {
  const BuildOptions& options = *plan_.options.build;
  const auto dockerfile = BuildContext::find_dockerfile(plan_.directory, options.context, options.dockerfile);
  if (!dockerfile) co_return dockerfile.failure();
  const auto context = BuildContext::open(
      (std::filesystem::path(plan_.directory) / options.context).lexically_normal(), *dockerfile);
  if (!context) co_return context.failure();
  rapidjson::Document arguments(rapidjson::kObjectType);
  for (const auto& [name, value] : options.arguments) {
    arguments.AddMember(rapidjson::StringRef(name.c_str()), rapidjson::StringRef(value.c_str()),
                        arguments.GetAllocator());
  }
  BuildRequest request;
  request.dockerfile = (*context)->dockerfile();
  request.tag = build_tag(plan_);
  request.target = options.target;
  request.platform = plan_.options.platform;
  request.arguments_json = to_text(arguments);
  request.registries = build_authorization(plan_.docker_configuration);
  request.pull = plan_.options.pull == Pull::always;
  tell("building " + request.tag);
  // Named: a closure that owns something and is a temporary of a co_await is destroyed twice by GCC 12.
  const HttpClient::NextPiece next_piece = [context = *context] { return context->next(); };
  const Result<std::string> built =
      co_await engine_.build(request, next_piece, [this](std::string_view text) { say(text); });
  if (!built) co_return built.failure();
  Result<std::optional<Image>> found = co_await engine_.find_image(*built);
  if (!found) co_return found.failure();
  if (*found) co_return **found;
  co_return Failure{DREAM_E_FAILED, "the image was built, but isn't there", "", plan_.endpoint.address};
}

}  // namespace dream::docker
