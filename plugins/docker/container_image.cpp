// The part of a container's life before there is a container: its image is found, pulled or built.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "build_context.hpp"
#include "container_life.hpp"

namespace dream::docker {

namespace {

Failure pull_broken_off() {
  return {DREAM_E_FAILED, "it was broken off"};
}

/// Without its password, a public image can be had all the same; so this is told when it can't.
Failure with_trouble(Failure failure, const Authorization& authorization) {
  if (!authorization.trouble.empty()) failure.hint = authorization.trouble;
  return failure;
}

std::string dockerfile_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string{std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

Async<Result<void>> ContainerLife::pull_image() {
  const std::string& image = plan_.options.image;
  tell("pulling " + image);
  const Authorization authorization = co_await logins_.find(image);
  if (stopping()) co_return pull_broken_off();
  const Engine::OnText on_text = [this](std::string text) { return say(std::move(text)); };
  Result<void> pulled = co_await engine_.pull(image, plan_.options.platform, authorization.header, on_text);
  if (!pulled) co_return with_trouble(pulled.failure(), authorization);
  if (!authorization.trouble.empty()) observer_->on_warning(authorization.trouble);
  co_return pulled;
}

Async<Result<Image>> ContainerLife::build_image() {
  const BuildOptions& options = *plan_.options.build;
  const auto dockerfile = BuildContext::find_dockerfile(plan_.directory, options.context, options.dockerfile);
  if (!dockerfile) co_return dockerfile.failure();
  const BuildContext context((std::filesystem::path(plan_.directory) / options.context).lexically_normal(),
                             *dockerfile);
  context_ = std::make_shared<life::FolderReader>(engine_.executor(), context.contents);
  tell("reading " + options.context);
  const Result<std::uint64_t> listed = co_await context_->list();
  if (!listed) co_return listed.failure();
  if (stopping()) co_return pull_broken_off();
  const Authorization authorization = co_await logins_.find_all(dockerfile_text(*dockerfile));
  if (stopping()) co_return pull_broken_off();
  rapidjson::Document arguments(rapidjson::kObjectType);
  std::map<std::string, std::string> all = options.arguments;
  all.insert(plan_.proxies.begin(), plan_.proxies.end());
  for (const auto& [name, value] : all) {
    arguments.AddMember(rapidjson::StringRef(name.c_str()), rapidjson::StringRef(value.c_str()),
                        arguments.GetAllocator());
  }
  BuildRequest request;
  request.dockerfile = context.dockerfile;
  request.tag = build_tag(plan_);
  request.target = options.target;
  request.platform = plan_.options.platform;
  request.arguments_json = to_text(arguments);
  request.registries = authorization.header;
  request.pull = plan_.options.pull == Pull::always;
  tell("building " + request.tag);
  // Named: a closure that owns something and is a temporary of a co_await is destroyed twice by GCC 12.
  const HttpClient::NextPiece next_piece = [this] { return context_->next(); };
  const Engine::OnText on_text = [this](std::string text) { return say(std::move(text)); };
  const Result<std::string> built = co_await engine_.build(request, next_piece, on_text);
  context_.reset();
  if (!built) co_return with_trouble(built.failure(), authorization);
  if (!authorization.trouble.empty()) observer_->on_warning(authorization.trouble);
  Result<std::optional<Image>> found = co_await engine_.find_image(*built);
  if (!found) co_return found.failure();
  if (*found) co_return **found;
  co_return Failure{DREAM_E_FAILED, "the image was built, but isn't there", "", plan_.endpoint.address};
}

}  // namespace dream::docker
